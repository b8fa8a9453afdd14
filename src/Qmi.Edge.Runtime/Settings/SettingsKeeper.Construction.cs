using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <content>What a task's constructor says about its settings.</content>
internal sealed partial class SettingsKeeper<T>
{
    /// <summary>
    /// A task was constructed, and its constructor has set settings: what it begins with for the first time. Later it changes what it says
    /// differently than the last time, as an edited configuration does; what <c>box.json</c> says goes before it.
    /// </summary>
    /// <returns>What is in effect.</returns>
    public T OnConstructed(T value)
    {
        lock (_gate)
        {
            var (said, given) = (_type.ToElement(value), _state.Given);
            if (given.Constructor.ValueKind != JsonValueKind.Undefined)
                Edit(said, GivenEdits.Of(given.Constructor, said).Where(edit => JsonPointer.Find(given.File, edit.Path) is null));
            else if (!_wasRemembered || _state.Reported is null)
                Begin(given.File.ValueKind == JsonValueKind.Object ? Read(JsonMerge.Apply(said, given.File)) : value);
            _version++;
            _state = _state with { Given = given with { Constructor = said } };
            if (_file is null)
                Settle(_state, _version);
        }

        RequestSave();
        return Slot.Reported!.Value;
    }

    private void Begin(T first)
    {
        var entry = new SettingsEntry<T>(first, new SettingsOrigin(_state.Head, Caller.Local.Name, null, _timeProvider.GetUtcNow()));
        Slot.PutInEffect(entry);
        _state = _state.WithReported(entry);
    }

    private void Edit(JsonElement said, IEnumerable<JsonEdit> edits)
    {
        var newest = FindNewest().Entry;
        var before = newest is null ? default : _type.ToElement(newest.Value);
        var after = newest is null ? said : JsonEdit.Apply(before, edits);
        if (newest is not null && JsonElement.DeepEquals(before, after))
            return;
        var entry = new SettingsEntry<T>(Read(after), new SettingsOrigin(Slot.TakeRevision(), Caller.Local.Name, null, _timeProvider.GetUtcNow()));
        PutInEffect(entry, carriesPending: true, state => state.WithAdopted(entry));
    }

    private T Read(JsonElement settings) => _type.Read(settings, $"Settings of {_owner.Name}");
}
