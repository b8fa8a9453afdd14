using System.Diagnostics.CodeAnalysis;

namespace Qmi.Edge.Runtime;

/// <summary>Takes settings back that were in effect: what they changed, and nothing that others have set since.</summary>
internal static class SettingsTakeBack
{
    /// <summary>What to have in effect instead.</summary>
    /// <param name="waiting">What is taken back.</param>
    /// <param name="newest">What is newest now.</param>
    /// <param name="history">What was set since.</param>
    /// <param name="head">The newest revision.</param>
    /// <param name="type">How settings look as JSON.</param>
    /// <param name="value">What to have in effect.</param>
    /// <param name="error">Why that cannot be.</param>
    public static bool TryUndo<T>(UnconfirmedSettings waiting, T newest, RevisionHistory history, long head, DataType<T> type, [MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out QmiException? error)
    {
        // When it is too long ago to know, everything goes back: that is what the pusher asked for.
        var setSince = history.Since(waiting.Revision, head) ?? [];
        var edits = waiting.Undo.Where(edit => !setSince.Any(path => JsonPointer.Overlap(path, edit.Path)));
        try
        {
            (value, error) = (type.Read(JsonEdit.Apply(type.ToElement(newest), edits), "The settings before"), null);
            return true;
        }
        catch (QmiException exception)
        {
            (value, error) = (default, exception);
            return false;
        }
    }

    /// <summary>Where everything came from that was applied after a revision, as far as it is known; what is in effect is among it.</summary>
    public static IEnumerable<SettingsOrigin> AppliedSince<T>(long revision, SettingsState<T> state)
    {
        var reported = state.Reported!.Origin;
        return state.Acks.All
            .Where(ack => ack.State == SettingsAckState.Applied && ack.Revision > revision && ack.Revision != reported.Revision)
            .Select(ack => new SettingsOrigin(ack.Revision!.Value, ack.Caller, ack.RequestId, ack.At) { Road = ack.Road, Order = ack.Order })
            .Append(reported);
    }
}
