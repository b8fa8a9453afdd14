using System.Collections.Immutable;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>Everything that is to be known about a task's settings, as of one moment. What a restart needs of it is on the disk.</summary>
internal sealed record SettingsState<T>
{
    // As many confirmed revisions as a caller may be late with its second confirmation.
    private const int MostConfirmed = 16;

    /// <summary>The newest revision given.</summary>
    public long Head { get; init; }

    /// <summary>In effect.</summary>
    public SettingsEntry<T>? Reported { get; init; }

    /// <summary>Accepted, and waiting for the task.</summary>
    public SettingsEntry<T>? Pending { get; init; }

    /// <summary>Pushed, but not on the disk yet; the last one is the one that counts.</summary>
    public ImmutableArray<SettingsEntry<T>> Incoming { get; init; } = [];

    /// <summary>What is in effect on trial; null when it has proved good.</summary>
    public SettingsTrial<T>? Trial { get; init; }

    /// <summary>What is in effect and not confirmed, oldest first.</summary>
    public ImmutableArray<UnconfirmedSettings> Unconfirmed { get; init; } = [];

    /// <summary>The last revisions that were confirmed.</summary>
    public ImmutableArray<long> Confirmed { get; init; } = [];

    public RevisionHistory History { get; init; } = RevisionHistory.From(0);

    public SettingsAcks Acks { get; init; } = SettingsAcks.None;

    public GivenSettings Given { get; init; } = new(default, default, default);

    /// <summary>The push that counts of those that are not on the disk yet; null when there is none, or the task has set newer ones itself.</summary>
    public SettingsEntry<T>? Arriving => Incoming.LastOrDefault() is { } newest && !(newest.Revision < Reported?.Revision) ? newest : null;

    /// <summary>The newest revision that nobody is waiting to take back.</summary>
    public long? LastGoodRevision => Unconfirmed.IsEmpty ? Reported?.Revision : Unconfirmed[0].BaseRevision;

    /// <summary>With a push that is to be accepted.</summary>
    public SettingsState<T> WithIncoming(SettingsEntry<T> entry, IReadOnlyCollection<string> paths) => this with
    {
        Head = Math.Max(Head, entry.Revision),
        Incoming = Incoming.Add(entry),
        History = History.With(entry.Revision, paths),
    };

    /// <summary>As it is once the disk has it: the newest push waits for the task, and has taken the place of the others.</summary>
    public SettingsState<T> WithIncomingAccepted(DateTimeOffset at)
    {
        if (Incoming.IsEmpty)
            return this;
        var arriving = Arriving;
        var superseded = Incoming.Where(entry => entry != arriving).Concat(Pending is { } before && arriving is not null ? [before] : []);
        var state = superseded.Aggregate(this, (all, entry) => all.WithSuperseded(entry, at));
        return state with
        {
            Incoming = [],
            Pending = arriving ?? Pending,
            Acks = arriving is null ? state.Acks : state.Acks.With(SettingsAck.Of(arriving.Origin, SettingsAckState.Pending, at)),
        };
    }

    /// <summary>With a push whose place another has taken. The values of those with conditions do not travel on: they changed nothing.</summary>
    public SettingsState<T> WithSuperseded(SettingsEntry<T> entry, DateTimeOffset at) => this with
    {
        Acks = Acks.With(SettingsAck.Of(entry.Origin, SettingsAckState.Superseded, at)),
        History = entry.Origin.Terms.ArePlain ? History : History.Without(entry.Revision),
    };

    /// <summary>With settings in effect that were pending.</summary>
    public SettingsState<T> WithAdopted(SettingsEntry<T> entry) => WithReported(entry) with
    {
        Trial = Reported is not { } before
            ? null
            : Trial switch
            {
                null => new SettingsTrial<T>(before, before, entry, 0),
                // Those before made the task fail: whatever comes now is the next attempt, and nobody wants to go back to them.
                { Failures: > 0 } failed => failed with { Candidate = entry, Failures = 0 },
                var trial => trial with { Before = before },
            },
    };

    /// <summary>With settings in effect, on nobody's trial.</summary>
    public SettingsState<T> WithReported(SettingsEntry<T> entry) => this with
    {
        Head = Math.Max(Head, entry.Revision),
        Reported = entry,
        Pending = Pending?.Revision <= entry.Revision ? null : Pending,
    };

    /// <summary>With settings in effect that take others back: what those are on trial for is over.</summary>
    public SettingsState<T> WithTakenBack(SettingsEntry<T> entry) => WithReported(entry) with
    {
        Trial = Trial is { } trial && entry.Origin.Undoes.All(undone => undone.Revision > trial.Proven.Revision)
            ? trial with { Before = entry.Origin.Undoes.All(undone => undone.Revision > trial.Before.Revision) ? trial.Before : trial.Proven, Candidate = entry, Failures = 0 }
            : null,
    };

    /// <summary>With the settings before in effect again, because the task could not live with those it had.</summary>
    public SettingsState<T> WithFailedTrial(SettingsTrial<T> failed, SettingsEntry<T> entry) => WithReported(entry) with
    {
        Trial = failed.Before.Revision == failed.Proven.Revision ? null : new SettingsTrial<T>(failed.Proven, failed.Proven, entry, 0),
        Unconfirmed = Unconfirmed.RemoveAll(waiting => waiting.Revision > failed.Before.Revision),
    };

    /// <summary>Without what waits, because something newer is in effect.</summary>
    /// <param name="carriesOn">Whether its values are in what is newer; those of a push with conditions never are.</param>
    public SettingsState<T> WithoutPending(bool carriesOn) => Pending is not { } pending
        ? this
        : this with { Pending = null, History = carriesOn && pending.Origin.Terms.ArePlain ? History : History.Without(pending.Revision) };

    /// <summary>Without a push that came to nothing.</summary>
    public SettingsState<T> Without(long revision) => this with
    {
        Pending = Pending?.Revision == revision ? null : Pending,
        History = History.Without(revision),
    };

    /// <summary>The candidate has lived long enough; what came after it is the next.</summary>
    public SettingsState<T> WithProven() => this with
    {
        Trial = Trial is { } trial && Reported is { } reported && trial.Candidate.Revision != reported.Revision
            ? new SettingsTrial<T>(trial.Candidate, trial.Before.Revision > trial.Candidate.Revision ? trial.Before : trial.Candidate, reported, 0)
            : null,
    };

    public SettingsState<T> WithConfirmed(long revision) => this with
    {
        Unconfirmed = Unconfirmed.RemoveAll(waiting => waiting.Revision == revision),
        Confirmed = Confirmed.Length < MostConfirmed ? Confirmed.Add(revision) : Confirmed.RemoveAt(0).Add(revision),
    };
}

/// <summary>What the settings of a task began with, as each of those who may say it said it last; undefined where one says nothing.</summary>
/// <param name="File">The part that <c>box.json</c> gives.</param>
/// <param name="Program">What the program gave when it made the task.</param>
/// <param name="Constructor">What the task's constructor set.</param>
internal sealed record GivenSettings(JsonElement File, JsonElement Program, JsonElement Constructor);
