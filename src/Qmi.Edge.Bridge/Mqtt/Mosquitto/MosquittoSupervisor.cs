using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// The life of a connection on its own thread: connect, turn, wait, again, until it is stopped. libmosquitto's own reconnect is not used:
/// it ends, without a word, on a DISCONNECT by the server and on a TLS error.
/// </summary>
internal sealed class MosquittoSupervisor(MqttOptions options, IMqttEvents events, Outbox outbox, Doorbell doorbell, StopSignal stop, Random random, ILogger logger, TimeProvider timeProvider)
{
    // What a connection that is renewed may still send of what it had accepted.
    private static readonly TimeSpan RenewalPatience = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly BackOff _backOff = new(options.ReconnectDelay, options.MaximumReconnectDelay, random);
    private readonly ProtocolChoice _protocol = new(options.ProtocolVersion, timeProvider);
    private readonly AddressSearch _search = new(options.Host);
    private readonly WillLimits _willLimits = new();
    private readonly RedeliveryMemory _redeliveries = new(options.ReceiveMaximum, timeProvider);
    private MosquittoLink? _link;
    private MosquittoDial? _lastDial;
    private MqttSession? _session;
    private volatile bool _mustRenew;
    private long _connections;
    private long _connectedAt;
    private string? _lastText;

    /// <summary>Agreed with the broker, or null.</summary>
    public MqttSession? Session => Volatile.Read(ref _session);

    /// <summary>The link at hand. Other threads may only sever it.</summary>
    public MosquittoLink? Link => Volatile.Read(ref _link);

    /// <summary>Asks for a new connection in place of the one at hand or the attempt under way. From any thread; the doorbell is rung after it.</summary>
    /// <returns>The number of the newest connection that was made before.</returns>
    public long Renew()
    {
        lock (_gate)
        {
            _mustRenew = true;
            return _connections;
        }
    }

    /// <summary>Returns when stopped: true when everything was sent and said.</summary>
    public bool Run()
    {
        var complete = false;
        var endedByStop = false;
        while (stop.Request is null)
        {
            var (end, wasConnected) = Connect(ref complete);
            if (stop.Request is not null)
            {
                endedByStop = wasConnected;
                break;
            }

            var delay = _mustRenew ? TimeSpan.Zero : _backOff.Next();
            Log(end, wasConnected, delay);
            var deadline = timeProvider.GetDeadline(delay);
            events.OnDisconnected(new MqttDisconnection(end.Reason, end.Text, delay, wasConnected));
            while (stop.Request is null && !_mustRenew && timeProvider.GetRemaining(deadline) != TimeSpan.Zero)
                doorbell.Wait(deadline);
        }

        logger.Stopped(options.Host, options.Port, complete);
        events.OnDisconnected(new MqttDisconnection(MqttReason.Stopped, MqttReason.Stopped.GetText(), null, endedByStop));
        return complete;
    }

    /// <summary>One connection from the attempt to its end. What can be mended at once, the version and the address family, is tried again within.</summary>
    private (LinkEnd End, bool WasConnected) Connect(ref bool complete)
    {
        LinkEnd? nobody = null;
        while (true)
        {
            BeginAnewIfAsked();
            var connections = _connections;
            var version = _protocol.Next;
            var end = Attempt(version, ref complete);
            if (_connections != connections)
                return (end, true);

            if (end.IsVersionRefused && _protocol.Refused(version))
            {
                logger.FallingBack(options.Host, options.Port);
            }
            else if (_willLimits.TryLearn(end.Reason))
            {
                logger.LimitingWill(options.Host, options.Port, end.Reason);
            }
            else if (end.FoundNobody && _search.TryNext(end.Domain))
            {
                nobody ??= end;
            }
            else
            {
                if (end.IsUnanswered)
                    _protocol.Closed(version);
                else if (!end.IsVersionRefused)
                    _protocol.Forget();

                // The first address is the one a person thinks of; what the others said is mostly that they do not exist.
                return (end.FoundNobody && nobody is not null ? nobody : end, false);
            }

            if (stop.Request is not null)
                return (end, false);
        }
    }

    // Whatever the next attempt reads, the certificates above all, it reads after this.
    private void BeginAnewIfAsked()
    {
        if (!_mustRenew)
            return;
        _mustRenew = false;
        _protocol.Forget();
    }

    private LinkEnd Attempt(MqttProtocolVersion version, ref bool complete)
    {
        var deadline = timeProvider.GetDeadline(options.ConnectTimeout);
        try
        {
            using var link = Dial(version, deadline, out var failure);
            if (link is null)
                return failure!;

            Volatile.Write(ref _link, link);
            return Tend(link, deadline, ref complete);
        }
        catch (Exception exception)
        {
            // The thread must not die of a defect: without it there is neither a connection nor anybody to say so.
            logger.Defect(exception);
            return new LinkEnd(MqttReason.InternalError, exception.Message);
        }
        finally
        {
            Volatile.Write(ref _link, null);
        }
    }

    private MosquittoLink? Dial(MqttProtocolVersion version, long deadline, out LinkEnd? failure)
    {
        failure = null;
        if (_lastDial is { IsOver: false })
        {
            // Never more than one thread that hangs in a lookup.
            while (!_lastDial.IsOver && stop.Request is null && timeProvider.GetRemaining(deadline) != TimeSpan.Zero)
                doorbell.Wait(deadline);
            if (!_lastDial.IsOver)
            {
                failure = new LinkEnd(MqttReason.NameNotResolved, "the last lookup of the broker's name still hangs: are the name servers reachable?");
                return null;
            }
        }

        MqttWill? will;
        try
        {
            will = _willLimits.Apply(options.Will?.Invoke(_connections + 1));
        }
        catch (Exception exception)
        {
            logger.HandlerThrew(nameof(MqttOptions.Will), exception);
            failure = new LinkEnd(MqttReason.Misconfigured, $"no will: {exception.Message}");
            return null;
        }

        var plan = new MosquittoDialPlan(version, options.CleanStart && _connections == 0, will, _search.Family);
        var dial = _lastDial = MosquittoDial.Start(options, plan, doorbell);
        while (!dial.IsFinished && stop.Request is null && timeProvider.GetRemaining(deadline) != TimeSpan.Zero)
            doorbell.Wait(deadline);

        if (!dial.IsFinished)
        {
            dial.Abandon();
            failure = new LinkEnd(MqttReason.ConnectTimedOut, $"the lookup of {options.Host} did not end within {options.ConnectTimeout}");
            return null;
        }

        var handle = dial.Take();
        if (handle is null || dial.Failure is not null || dial.Result > 0)
        {
            failure = LinkEnds.Create(dial, handle);
            handle?.Dispose();
            return null;
        }

        return new MosquittoLink(handle, version, new LinkContext(options, outbox, doorbell, events, logger, timeProvider, _redeliveries, _connections + 1, OnConnected));
    }

    private LinkEnd Tend(MosquittoLink link, long deadline, ref bool complete)
    {
        try
        {
            while (link.End is null && stop.Request is null)
            {
                if (_mustRenew)
                {
                    if (link.Session is not null)
                        SendRest(link, timeProvider.GetDeadline(RenewalPatience));
                    link.GiveUp(MqttReason.Renewed, MqttReason.Renewed.GetText());
                    break;
                }

                link.Turn(link.Session is null ? deadline : MonotonicTime.Never);
                if (link.Session is null && timeProvider.GetRemaining(deadline) == TimeSpan.Zero)
                    link.GiveUp(MqttReason.ConnectTimedOut, $"{options.Host}:{options.Port} did not answer within {options.ConnectTimeout}");
            }

            if (stop.Request is { How: MqttStop.Clean } request && link is { End: null, Session: not null })
                complete = SendRest(link, request.Deadline) && Farewell.Say(link.Handle, timeProvider, doorbell, request.Deadline);
            return link.End ?? new LinkEnd(MqttReason.Stopped, MqttReason.Stopped.GetText());
        }
        finally
        {
            if (link.Session is not null)
                OnEnded(link);
        }
    }

    private bool SendRest(MosquittoLink link, long deadline)
    {
        while (!link.IsIdle && link.End is null && timeProvider.GetRemaining(deadline) != TimeSpan.Zero)
            link.Turn(deadline);
        return link is { IsIdle: true, End: null };
    }

    private void OnEnded(MosquittoLink link)
    {
        Volatile.Write(ref _session, null);
        _backOff.ConnectionEnded(MonotonicTime.FromNanoseconds(timeProvider.GetNanoseconds() - _connectedAt));
        outbox.Close();
        link.AnswerAll();
        OutboxRefusal.Answer(outbox, events);
    }

    private void OnConnected(MqttSession session)
    {
        lock (_gate)
        {
            // It was begun before the renewal that ends it: nobody shall take it for the new one.
            if (_mustRenew)
                return;
            _connections++;
        }

        _connectedAt = timeProvider.GetNanoseconds();
        _lastText = null;
        _protocol.Accepted(session.ProtocolVersion);
        _willLimits.Accepted(session);
        _search.Found();
        Volatile.Write(ref _session, session);
        outbox.Open();
        logger.Connected(options.Host, options.Port, options.ClientId, session.ProtocolVersion == MqttProtocolVersion.V5 ? "5" : "3.1.1", session.SessionPresent);
        events.OnConnected(session);
    }

    private void Log(LinkEnd end, bool wasConnected, TimeSpan delay)
    {
        if (end.Reason == MqttReason.Renewed)
            logger.Renewing(options.Host, options.Port);
        else if (wasConnected)
            logger.ConnectionEnded(options.Host, options.Port, end.Reason, end.Text, delay);
        else if (end.Text != _lastText)
            logger.AttemptFailed(options.Host, options.Port, end.Reason, end.Text, delay);
        else
            logger.AttemptFailedAgain(options.Host, options.Port, end.Reason, delay);
        _lastText = end.Text;
    }
}
