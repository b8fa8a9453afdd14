using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// A signal of which every value must arrive, with QoS 1: what the broker has not acknowledged stays in the history and is sent again, in
/// order, after a lost connection and after a restart of the box. A few batches are under way; the rest waits in the history, where it is bounded.
/// </summary>
internal sealed partial class ReliablePublisher(Signal signal, DataContext context, Func<ReliablePublisher, long> nextToken) : SignalPublisher(signal, context)
{
    // A page of the history may be more.
    private const int MostUnderWay = 16;
    private const int PageBytes = 64 * 1024;
    private const long Retry = MonotonicTime.Second;
    private const long LongestRetry = 30 * MonotonicTime.Second;

    private readonly SignalHistory _history = signal.History!;
    private readonly List<Sending> _underWay = [];
    private Task<HistoryEnds>? _opening;
    private Task<HistoryPage>? _reading;
    private bool _isOpen;
    private HistoryMark? _tail;
    private HistoryMark? _told;
    private HistoryMark? _last;
    private HistoryMark? _readUpTo;
    private long _untold;
    private long _retry;
    private long _retryAt = long.MinValue;

    // What is kept and neither acknowledged nor under way.
    private bool IsBehind => !_isOpen || _tail != _last;

    /// <inheritdoc />
    public override bool HasWaiting => IsBehind || _underWay.Exists(batch => batch.State == SendingState.Waiting);

    /// <inheritdoc />
    public override void Send(long now, ref long next)
    {
        if (now < _retryAt)
        {
            next = Math.Min(next, _retryAt);
            return;
        }

        if (!_isOpen && !TryOpen(now, ref next))
            return;
        if (IsBehind)
            CatchUp(now, ref next);
        foreach (var batch in _underWay)
        {
            if (batch.State != SendingState.Waiting)
                continue;
            batch.Token = nextToken(this);
            if (!TryPublish(batch.Json, batch.Lost, batch.Token))
                return;
            batch.State = SendingState.Sent;
        }
    }

    /// <inheritdoc />
    public override void OnAcknowledged(long token, MqttReason reason, long now)
    {
        var index = _underWay.FindIndex(batch => batch.Token == token && batch.State is SendingState.Sent or SendingState.MustRepeat);
        if (index < 0)
            return;
        var batch = _underWay[index];
        if (reason is MqttReason.ConnectionLost or MqttReason.Stopped || batch.State == SendingState.MustRepeat)
            batch.State = SendingState.Waiting;
        else if (reason < MqttReason.UnspecifiedError)
            Confirm(batch);
        else if (reason == MqttReason.PacketTooLarge)
            GiveUp(index, now);
        else
            Repeat(index, reason, now);
    }

    /// <inheritdoc />
    protected override void Hand(SignalBatch batch, ReadOnlySpan<byte> json, long now)
    {
        var mark = new HistoryMark(Context.Box.Boot, batch.End);
        if (!IsBehind && _underWay.Count < MostUnderWay)
            Take(new HistoryBatch(mark.Boot, batch.First, batch.Count, json.ToArray()), null, now);
        _last = mark;
    }

    // What the last run of the box, or the last object of this name, has left.
    private bool TryOpen(long now, ref long next)
    {
        _opening ??= Wakes(_history.GetEndsAsync());
        if (!_opening.IsCompleted)
            return false;
        if (_opening.IsFaulted)
        {
            LogUnreadable(Signal.Publisher.Logger, Signal.Description.Name, _opening.Exception!.InnerException!);
            _opening = null;
            Wait(now, ref next);
            return false;
        }

        var ends = _opening.Result;
        (_isOpen, _tail, _told, _last) = (true, ends.Acknowledged, ends.Acknowledged, _last ?? ends.Last);
        return true;
    }

    private void CatchUp(long now, ref long next)
    {
        if (_reading is null)
        {
            if (_underWay.Count > MostUnderWay / 2)
                return;
            _readUpTo = _last;
            _reading = Wakes(_history.ReadAfterAsync(_tail, PageBytes));
        }

        if (!_reading.IsCompleted)
            return;
        var page = _reading;
        _reading = null;
        if (page.IsFaulted)
        {
            LogUnreadable(Signal.Publisher.Logger, Signal.Description.Name, page.Exception!.InnerException!);
            Wait(now, ref next);
            return;
        }

        foreach (var batch in page.Result.Batches)
            Take(batch, page.Result.GivenUp, now);
        // What was appended and is not there could not be kept; the next batch tells that it is missing.
        if (page.Result.Batches.Count == 0)
            _tail = _readUpTo;
        if (IsBehind)
            CatchUp(now, ref next);
    }

    private void Take(HistoryBatch batch, HistoryMark? givenUp, long now)
    {
        var lost = CountLost(batch, givenUp);
        Context.Loss.Note(Signal, lost, now);
        _underWay.Add(new Sending(batch) { Lost = lost + _untold });
        _untold = 0;
        (_tail, _told) = (batch.End, batch.End);
    }

    private long CountLost(HistoryBatch batch, HistoryMark? givenUp)
    {
        if (_told is { } told && told.Boot == batch.Boot)
            return Math.Max(0, batch.First - told.Next);
        // The numbers of another run of the box: what it had left beyond what was told, and what this one's lack at their beginning.
        var lost = _told is { } before && givenUp is { } gone && gone.Boot == before.Boot ? Math.Max(0, gone.Next - before.Next) : 0;
        if (batch.Boot == Context.Box.Boot)
            return lost + batch.First - FirstSequence;
        return givenUp?.Boot == batch.Boot ? lost + batch.First : lost;
    }

    private void Confirm(Sending batch)
    {
        batch.State = SendingState.Confirmed;
        _retry = 0;
        while (_underWay.Count > 0 && _underWay[0].State == SendingState.Confirmed)
        {
            _history.Acknowledge(_underWay[0].End);
            _underWay.RemoveAt(0);
        }
    }

    // The broker never takes it. The next batch says so.
    private void GiveUp(int index, long now)
    {
        var batch = _underWay[index];
        Context.Loss.Note(Signal, batch.Count, now);
        if (index + 1 < _underWay.Count)
            _underWay[index + 1].Lost += batch.Lost + batch.Count;
        else
            _untold = batch.Lost + batch.Count;
        Confirm(batch);
    }

    // Those after it are repeated too: consumers count on the order.
    private void Repeat(int index, MqttReason reason, long now)
    {
        LogRefused(Signal.Publisher.Logger, Signal.Description.Name, reason);
        _underWay[index].State = SendingState.Waiting;
        foreach (var later in _underWay.Skip(index + 1))
            later.State = later.State == SendingState.Sent ? SendingState.MustRepeat : SendingState.Waiting;
        var next = MonotonicTime.Never;
        Wait(now, ref next);
    }

    private void Wait(long now, ref long next)
    {
        _retry = Math.Clamp(_retry * 2, Retry, LongestRetry);
        _retryAt = now + _retry;
        next = Math.Min(next, _retryAt);
    }

    private Task<T> Wakes<T>(Task<T> task)
    {
        task.ContinueWith(static (_, wake) => ((Action)wake!)(), Context.Wake, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task;
    }

    [LoggerMessage(2502, LogLevel.Warning, "The broker refused values of the signal {Signal} ({Reason}); they are sent again later")]
    private static partial void LogRefused(ILogger logger, string signal, MqttReason reason);

    [LoggerMessage(2503, LogLevel.Warning, "What is left of the signal {Signal} cannot be read; it is tried again")]
    private static partial void LogUnreadable(ILogger logger, string signal, Exception exception);

    private enum SendingState
    {
        Waiting,
        Sent,
        MustRepeat,
        Confirmed,
    }

    private sealed class Sending(HistoryBatch batch)
    {
        public byte[] Json => batch.Json;

        public int Count => batch.Count;

        public HistoryMark End => batch.End;

        public long Lost { get; set; }

        public long Token { get; set; }

        public SendingState State { get; set; }
    }
}
