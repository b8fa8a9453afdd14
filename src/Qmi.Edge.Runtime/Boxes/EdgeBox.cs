using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>A named set of tasks and instruments in one process (QMI: QMI_Context).</summary>
public sealed partial class EdgeBox : IAsyncDisposable
{
    private readonly ObjectRegistry _objects = new();
    private readonly EdgeBoxOptions _options;
    private readonly ILogger _logger;
    private readonly TaskWatch _watch;
    private readonly BoxObject _self;
    private volatile IBoxObserver[] _observers = [];
    private readonly TaskCompletionSource<RestartRequest> _restart = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStopping;
    private Task? _stopping;

    /// <summary>An empty box.</summary>
    /// <param name="name">By the rules of <see cref="ObjectName"/>.</param>
    /// <param name="options">What the box needs from its surroundings; null = the defaults.</param>
    public EdgeBox(string name, EdgeBoxOptions? options = null)
    {
        ObjectName.ThrowIfInvalid(name, "box");
        Name = name;
        _options = options ?? new EdgeBoxOptions();
        LoggerFactory = _options.LoggerFactory;
        _logger = LoggerFactory.CreateLogger("Qmi.Edge.Box");
        TimeProvider = _options.TimeProvider;
        Audit = _options.Audit ?? NoAuditLog.Instance;
        State = BoxState.Open(_options.State, _logger);
        (Boot, EarlierBoots) = BootHistory.Begin(_options.State, TimeProvider, _logger);
        Alarms = new AlarmBoard(this);
        Clock = new ClockWatch(this, _options.ClockSource ?? DefaultClockSource, _logger);
        Alias = new BoxAlias(this, _options.Alias, _logger);
        Pump = new SignalPump(TimeProvider, _logger);
        Histories = new HistoryStore(this, _options.SignalHistoryDisk ?? _options.State, _options.SignalHistoryBytes, _logger);
        Realtime = new ProcessRealtime(_options.Realtime, _logger);
        Locks = OpenLocks();
        _self = new BoxObject(this);
        Requests = new RequestDesk(this, _options.Requests, _logger);
        _watch = new TaskWatch(this);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Identifies this run of the box; later runs sort later.</summary>
    public string Boot { get; }

    /// <summary>The runs before this one, newest last, as far as the box remembers; empty without a state folder.</summary>
    public IReadOnlyList<string> EarlierBoots { get; }

    /// <summary>The friendly name, which may change while <see cref="Name"/> stays.</summary>
    public BoxAlias Alias { get; }

    /// <summary>The clock of everything in the box.</summary>
    public TimeProvider TimeProvider { get; }

    /// <summary>Whether the wall clock can be trusted.</summary>
    public ClockWatch Clock { get; }

    /// <summary>Where logs go.</summary>
    public ILoggerFactory LoggerFactory { get; }

    /// <summary>Where audit entries go.</summary>
    public IAuditLog Audit { get; }

    /// <summary>What the box remembers across restarts; null when it remembers nothing.</summary>
    public BoxState? State { get; }

    /// <summary>The locks of all objects.</summary>
    public LockTable Locks { get; }

    /// <summary>The alarms that are raised now.</summary>
    public AlarmBoard Alarms { get; }

    /// <summary>How long a call may take that names no time of its own.</summary>
    public TimeSpan DefaultCallTimeout => _options.DefaultCallTimeout;

    /// <summary>All tasks and instruments, in order of creation.</summary>
    public IReadOnlyList<RpcObject> Objects => _objects.All;

    /// <summary>The box itself as an object, named <c>_box</c>.</summary>
    public RpcObject Self => _self;

    /// <summary>Takes the requests that come from outside.</summary>
    public RequestDesk Requests { get; }

    /// <summary>Whether the box is stopping or has stopped.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>Completes when somebody asked for a new process; whoever runs the box stops it then and lets it be started again.</summary>
    public Task<RestartRequest> RestartRequested => _restart.Task;

    internal SignalPump Pump { get; }

    internal HistoryStore Histories { get; }

    internal SignalNumbers Numbers { get; } = new();

    /// <summary>The object of that name, <c>_box</c> included, or null.</summary>
    public RpcObject? FindObject(string name) => name == BoxObject.ObjectName ? Self : _objects.Find(name);

    /// <summary>A new proxy of the object of that name (QMI: get_rpc_object_by_name).</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.NoSuchObject"/>.</exception>
    public ObjectProxy GetProxy(string name)
    {
        var target = _objects.Find(name) ?? throw NoSuchObject(name);
        return target.Type.CreateProxy(new LocalChannel(target, Caller.Local));
    }

    /// <summary>A new proxy of the object of that name, as a generated type.</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.NoSuchObject"/>, or it is of another type.</exception>
    public TProxy GetProxy<TProxy>(string name)
        where TProxy : ObjectProxy =>
        GetProxy(name) as TProxy ?? throw new QmiException(ErrorCode.BadArgs, $"{name} is a {_objects.Find(name)?.Description.ClassName}, which has no {typeof(TProxy).Name}.");

    /// <summary>Makes a task and waits until its constructor has returned in its own thread; generated <c>MakeTask</c> methods call it (QMI: make_task).</summary>
    /// <exception cref="QmiException">The name is taken or no name, the settings are wrong, or the box is stopping.</exception>
    /// <exception cref="TaskInitException">The constructor threw; the name is free again.</exception>
    public ObjectProxy AddTask(TaskType type, string name, TaskFactory factory, TaskOptions? options = null)
    {
        var runner = (QmiTaskRunner)Add(name, "task", () => type.CreateRunner(new TaskRunnerInit(this, name, type, factory, options ?? new TaskOptions())));
        try
        {
            runner.ConstructFirstAsync().GetAwaiter().GetResult();
        }
        catch
        {
            runner.CloseSettingsAsync(_options.StopTimeout).GetAwaiter().GetResult();
            Forget(runner);
            // The caller is told; there is no task left to look at.
            Alarms.Clear(runner.AlarmId);
            throw;
        }

        Announce(runner);
        return type.CreateProxy(new LocalChannel(runner, Caller.Local));
    }

    /// <summary>Makes a task from configuration.</summary>
    public ObjectProxy AddTask(TaskType type, string name, ConstructorArguments arguments, TaskOptions? options = null) =>
        AddTask(type, name, type.CreateFactory(arguments), options);

    /// <summary>Makes an instrument; generated <c>MakeInstrument</c> methods call it (QMI: make_instrument).</summary>
    /// <exception cref="QmiException">The name is taken or no name, or the box is stopping.</exception>
    public ObjectProxy AddInstrument(InstrumentType type, string name, Func<InstrumentInit, QmiInstrument> factory)
    {
        var instrument = Add(name, "instrument", () => factory(new InstrumentInit(this, name, type)));
        Announce(instrument);
        return type.CreateProxy(new LocalChannel(instrument, Caller.Local));
    }

    /// <summary>Makes an instrument from configuration.</summary>
    public ObjectProxy AddInstrument(InstrumentType type, string name, ConstructorArguments arguments) =>
        AddInstrument(type, name, init => type.Create(init, arguments));

    /// <summary>Removes an object: a task is stopped and joined, an instrument closed. The name is free when all that has ended.</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.NoSuchObject"/>.</exception>
    public async Task RemoveAsync(string name)
    {
        var target = _objects.Find(name) ?? throw NoSuchObject(name);
        await ReleaseAsync(target, Timeout.InfiniteTimeSpan, new QmiException(ErrorCode.NoSuchObject, $"{name} was removed while the call waited.")).ConfigureAwait(false);
        if (target is not QmiTaskRunner runner)
            return;
        foreach (var id in (string[])[runner.AlarmId, runner.HungAlarmId, runner.NotStoppingAlarmId, .. SettingsAlarms.All(name)])
            Alarms.Clear(id);
    }

    /// <summary>
    /// Adds a method to the box itself: what a part of the program around the runtime can do for callers from outside, who find it at
    /// <c>_box</c> with everything that methods have: verb and role, schema, lock, audit.
    /// </summary>
    /// <param name="description">What is known about it; its arguments are checked against this before it is run.</param>
    /// <param name="handler">Runs it.</param>
    /// <exception cref="QmiException">The name is no name.</exception>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void AddMethod(RpcMethodDescription description, BoxMethodHandler handler)
    {
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(handler);
        ObjectName.ThrowIfInvalid(description.Name, "method");
        _self.Add(description, handler);
    }

    /// <summary>Adds a kind of document to what <c>_box.describe</c> can answer with.</summary>
    /// <param name="format">Its name, what a caller gives as <c>format</c>.</param>
    /// <param name="describer">Writes it.</param>
    /// <exception cref="ArgumentException">There is such a format already.</exception>
    public void AddFormat(string format, BoxDescriber describer)
    {
        ArgumentException.ThrowIfNullOrEmpty(format);
        ArgumentNullException.ThrowIfNull(describer);
        _self.Formats.AddFormat(format, describer);
    }

    /// <summary>
    /// Stops the box: tasks first, newest first, then instruments, newest first, so that every <c>LoopFinalize</c> can still use what it
    /// was built on. Names whatever did not end in time.
    /// </summary>
    public Task StopAsync()
    {
        Task stopping;
        lock (_objects)
        {
            if (_stopping is not null)
                return _stopping;
            // Before it begins: it goes on in another thread, which may be quicker than this one.
            _isStopping = true;
            stopping = _stopping = StopAllAsync();
        }

        NotifyChanged(BoxAspect.Stopping);
        return stopping;
    }

    /// <summary>Asks for a new process: <see cref="RestartRequested"/> tells whoever runs the box. The first request counts.</summary>
    public void RequestRestart(RestartRequest request) => _restart.TrySetResult(request);

    /// <summary>Lets <paramref name="observer"/> see every change from now on.</summary>
    public void AddObserver(IBoxObserver observer)
    {
        lock (_objects)
            _observers = [.. _observers, observer];
    }

    /// <summary>Ends that.</summary>
    public void RemoveObserver(IBoxObserver observer)
    {
        lock (_objects)
            _observers = [.. _observers.Where(other => other != observer)];
    }

    /// <summary>Stops the box.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _watch.Dispose();
        Clock.Dispose();
        Pump.Dispose();
        _ = Requests.CommitAsync();
        Locks.Dispose();
        Histories.Dispose();
        State?.Dispose();
        Requests.Dispose();
        Realtime.Release();
    }

    internal void NotifyChanged(RpcObject target, ObjectAspect aspect)
    {
        foreach (var observer in _observers)
            observer.OnChanged(target, aspect);
    }

    internal void NotifyAlarm(string id)
    {
        foreach (var observer in _observers)
            observer.OnAlarm(id);
    }

    internal void NotifyLockNotice(RpcObject target, LockEvent notice)
    {
        foreach (var observer in _observers)
            observer.OnLockNotice(target, notice);
    }

    internal void NotifyBoundCallers()
    {
        foreach (var observer in _observers)
            observer.OnBoundCallersChanged();
    }

    internal void NotifyChanged(BoxAspect aspect)
    {
        foreach (var observer in _observers)
            observer.OnBoxChanged(aspect);
    }

    private IClockSource DefaultClockSource => TimeProvider == TimeProvider.System ? new KernelClock() : TrustedClock.Instance;

    private LockTable OpenLocks()
    {
        var locks = new LockTable(new LockSurroundings(TimeProvider, new BoxLockEvents(this))
        {
            Store = State is { } state ? new LockFile(state, TimeProvider) : null,
            Options = _options.Locks,
        });
        if (locks.Damage is { } damage)
            Alarms.Raise("locks-recovered", AlarmSeverity.Error, "LOCKS_RECOVERED", damage);
        return locks;
    }

    private RpcObject Add(string name, string subject, Func<RpcObject> create)
    {
        ObjectName.ThrowIfInvalid(name, subject);
        _objects.Reserve(name);
        try
        {
            var created = create();
            _objects.Put(created);
            return created;
        }
        catch
        {
            _objects.Release(name);
            throw;
        }
    }

    private void Announce(RpcObject target)
    {
        foreach (var observer in _observers)
            observer.OnAdded(target);
    }

    private void Forget(RpcObject target)
    {
        Numbers.Keep(target);
        _objects.Release(target.Name);
        foreach (var observer in _observers)
            observer.OnRemoved(target);
    }

    private async Task<bool> ReleaseAsync(RpcObject target, TimeSpan timeout, QmiException reason)
    {
        var deadline = TimeProvider.GetDeadline(timeout);
        try
        {
            var drained = target.Lane.CloseAsync(reason);
            target.Lock.Close(reason, isKept: IsStopping);
            await target.ReleaseAsync(drained, TimeProvider.GetRemaining(deadline)).ConfigureAwait(false);
            await drained.WaitAsync(TimeProvider.GetRemaining(deadline), TimeProvider).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or QmiException { Code: ErrorCode.Timeout })
        {
            LogDidNotEnd(_logger, target.Name);
            return false;
        }
        catch (Exception exception)
        {
            LogReleaseFailed(_logger, target.Name, exception);
        }

        Forget(target);
        return true;
    }

    private async Task StopAllAsync()
    {
        // Leaves the gate before anything runs that might come back here.
        await Task.Yield();
        _objects.Close();
        var deadline = TimeProvider.GetDeadline(_options.StopTimeout);
        var reason = new QmiException(ErrorCode.ShuttingDown, $"Box {Name} is stopping.");
        var tasks = _objects.All.OfType<QmiTaskRunner>().Reverse();
        var others = _objects.All.Where(target => target is not QmiTaskRunner).Reverse();
        RpcObject[] order = [.. tasks, .. others];
        var unended = new List<string>();
        for (var index = 0; index < order.Length; index++)
        {
            // Each may take its share of what is left, so that one that hangs does not cost the others their orderly end.
            var share = TimeProvider.GetRemaining(deadline) / (order.Length - index);
            if (!await ReleaseAsync(order[index], share, reason).ConfigureAwait(false))
                unended.Add(order[index].Name);
        }

        if (unended.Count > 0)
            LogUnended(_logger, string.Join(", ", unended), _options.StopTimeout);
        else
            LogStopped(_logger, Name);
    }

    private QmiException NoSuchObject(string name) => NoSuchObject(name, _objects.All);

    internal static QmiException NoSuchObject(string name, IReadOnlyList<RpcObject> objects)
    {
        var names = objects.Select(target => target.Name).ToArray();
        return new QmiException(ErrorCode.NoSuchObject, $"There is no object \"{name}\" in this box{NearestName.Hint(name, names)}.")
        {
            Details = new Dictionary<string, object?> { ["nearest"] = NearestName.Find(name, names) },
        };
    }

    [LoggerMessage(1401, LogLevel.Error, "{Object} has not ended in time and is abandoned")]
    private static partial void LogDidNotEnd(ILogger logger, string @object);

    [LoggerMessage(1402, LogLevel.Error, "Releasing {Object} failed")]
    private static partial void LogReleaseFailed(ILogger logger, string @object, Exception exception);

    [LoggerMessage(1403, LogLevel.Error, "The box stops, but these have not ended within {Timeout}: {Objects}")]
    private static partial void LogUnended(ILogger logger, string objects, TimeSpan timeout);

    [LoggerMessage(1404, LogLevel.Information, "Box {Box} has stopped")]
    private static partial void LogStopped(ILogger logger, string box);
}
