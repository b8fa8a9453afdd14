using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>From a push as somebody sends it to settings that a task may have: lays it over what is newest, checks the whole, and audits it.</summary>
internal sealed class SettingsIntake<T>(QmiTaskRunner task, SettingsKeeper<T> keeper, DataType<T> type)
{
    // Each attempt that fails is a change by somebody else, so only a task that sets its own settings all the time can use them up.
    private const int MostAttempts = 100;

    /// <summary>The task's own check.</summary>
    public Action<T, SettingsErrors>? Validate { get; set; }

    /// <summary>A push as JSON.</summary>
    /// <exception cref="QmiException">BAD_ARGS with everything that is wrong, CONFLICT, NOT_SYNCED, EXPIRED, BUSY.</exception>
    public SettingsPush Push(SettingsPushBody body, in SettingsPusher pusher) => Push(pusher, body.Terms, body.Values, newest =>
    {
        ThrowIfUntimely(body.Terms);
        ThrowIfStale(body.BaseRevision, body.Rebase ? body.Values : null);
        return Lay(body, newest);
    });

    /// <summary>A push as a whole record.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="pusher">Who pushes.</param>
    /// <param name="baseRevision">The revision that the pusher believes to be the newest; null = does not care.</param>
    /// <exception cref="QmiException">BAD_ARGS with everything that is wrong, CONFLICT, BUSY.</exception>
    public SettingsPush Push(T settings, in SettingsPusher pusher, long? baseRevision) => Push(pusher, SettingsTerms.None, type.ToElement(settings), newest =>
    {
        ThrowIfStale(baseRevision);
        return (settings, PathsOf(settings, newest));
    });

    private SettingsPush Push(in SettingsPusher pusher, SettingsTerms terms, JsonElement asked, Func<SettingsEntry<T>?, (T Settings, IReadOnlyCollection<string> Paths)> lay)
    {
        var wait = new SpinWait();
        for (var attempt = 0; attempt < MostAttempts; attempt++, wait.SpinOnce())
        {
            var (newest, epoch) = keeper.FindNewest();
            T settings;
            IReadOnlyCollection<string> paths;
            try
            {
                (settings, paths) = lay(newest);
            }
            catch (QmiException exception)
            {
                Audit(pusher, ToAuditText(asked), exception.Message);
                throw;
            }

            if (TryPush(settings, paths, pusher, terms, epoch) is { } push)
                return push;
        }

        throw SettingsRefusal.TooRestless(task.Name);
    }

    private SettingsPush? TryPush(T settings, IReadOnlyCollection<string> paths, in SettingsPusher pusher, SettingsTerms terms, long epoch)
    {
        var asked = type.ToElement(settings);
        try
        {
            SchemaViolations.ThrowIfAny(Check(settings, asked), $"Settings of {task.Name}");
            if (keeper.TryPush(settings, paths, pusher, terms, epoch) is not { } push)
                return null;
            Audit(pusher, ToAuditText(asked), error: null);
            return push;
        }
        catch (QmiException exception)
        {
            Audit(pusher, ToAuditText(asked), exception.Message);
            throw;
        }
    }

    private (T Settings, IReadOnlyCollection<string> Paths) Lay(SettingsPushBody body, SettingsEntry<T>? newest)
    {
        if (body.Replace || newest is null)
        {
            var whole = type.Read(body.Values, $"Settings of {task.Name}");
            return (whole, PathsOf(whole, newest));
        }

        var merged = type.Read(JsonMerge.Apply(type.ToElement(newest.Value), body.Values), $"Settings of {task.Name}");
        // Also what it sets to the value that it had: somebody wants it so.
        return (merged, [.. JsonMerge.PathsOf(body.Values), .. PathsOf(merged, newest)]);
    }

    private IReadOnlyCollection<string> PathsOf(T settings, SettingsEntry<T>? newest) =>
        newest is null ? [""] : JsonPointer.Differences(type.ToElement(newest.Value), type.ToElement(settings));

    private void ThrowIfUntimely(SettingsTerms terms)
    {
        if (terms.Expires is not { } expires)
            return;
        if (!task.Box.Clock.IsSynchronised)
            throw SettingsRefusal.NotSynchronised(task.Name);
        if (task.Box.TimeProvider.GetUtcNow() >= expires)
            throw SettingsRefusal.Expired(task.Name, expires);
    }

    // A merge that may be rebased is stale only where somebody else has set the same since.
    private void ThrowIfStale(long? baseRevision, JsonElement? rebased = null)
    {
        if (baseRevision is not { } expected || keeper.Slot.Head is var head && expected == head)
            return;
        var changed = keeper.ChangedSince(expected);
        if (rebased is not { } values || changed is null || JsonMerge.PathsOf(values).Any(path => changed.Any(other => JsonPointer.Overlap(path, other))))
            throw SettingsRefusal.Conflict(expected, head, changed);
    }

    private IReadOnlyList<SchemaViolation> Check(T settings, JsonElement asked)
    {
        var violations = type.Schema.Validate(asked);
        if (violations.Count > 0 || Validate is not { } validate)
            return violations;
        var errors = new SettingsErrors();
        try
        {
            validate(settings, errors);
        }
        catch (Exception exception) when (RpcErrors.IsForeign(exception))
        {
            throw new QmiException(ErrorCode.TaskError, $"{task.Name} could not check the settings: {exception.Message}", Executed.No, exception);
        }

        return errors.Violations;
    }

    private void Audit(in SettingsPusher pusher, string asked, string? error)
    {
        var old = keeper.Slot.Reported is { } reported ? ToAuditText(type.ToElement(reported.Value)) : null;
        task.Box.Audit.Write(AuditEntry.Of(task, "set_settings", pusher.Caller) with { RequestId = pusher.RequestId, Old = old, New = asked, Error = error });
    }

    private string ToAuditText(JsonElement settings) => Secrets.ToText(settings, type.Schema);
}
