namespace Qmi.Edge.Runtime.Tests;

/// <summary>A loop task that does what the test says.</summary>
internal sealed class ScriptedLoop(TaskInit init, LoopScript script)
    : QmiLoopTask<TestSettings, TestStatus>(init, script.Period, script.Policy)
{
    public new TestSettings Settings => base.Settings;

    public new Signal<double> Signals => base.Signals.Get<double>("ticked");

    public long Turn { get; private set; }

    public new void Sleep(TimeSpan duration) => base.Sleep(duration);

    public new bool UpdateSettings() => base.UpdateSettings();

    public new void ReportAlive() => base.ReportAlive();

    public void SetStatus(TestStatus status) => Status = status;

    public void SetOwn(TestSettings settings) => base.Settings = settings;

    protected override void LoopPrepare() => script.Prepare?.Invoke(this);

    protected override void ProcessNewSettings() => script.ProcessNewSettings?.Invoke(this);

    protected override void LoopIteration()
    {
        script.Iterate?.Invoke(this);
        Turn++;
    }

    protected override bool UpdateStatus() => script.UpdateStatus?.Invoke(this) ?? false;

    protected override void PublishSignals() => script.PublishSignals?.Invoke(this);

    protected override void LoopFinalize() => script.Finalize?.Invoke(this);

    protected override void Validate(TestSettings settings, SettingsErrors errors) => script.Validate?.Invoke(settings, errors);
}

/// <summary>What a <see cref="ScriptedLoop"/> does.</summary>
internal sealed record LoopScript
{
    public TimeSpan Period { get; init; } = TimeSpan.FromMilliseconds(10);

    public MissedLoopPolicy Policy { get; init; } = MissedLoopPolicy.Immediate;

    public Action<ScriptedLoop>? Prepare { get; init; }

    public Action<ScriptedLoop>? ProcessNewSettings { get; init; }

    public Action<ScriptedLoop>? Iterate { get; init; }

    public Func<ScriptedLoop, bool>? UpdateStatus { get; init; }

    public Action<ScriptedLoop>? PublishSignals { get; init; }

    public Action<ScriptedLoop>? Finalize { get; init; }

    public Action<TestSettings, SettingsErrors>? Validate { get; init; }
}

/// <summary>A plain task that does what the test says.</summary>
internal sealed class ScriptedTask(TaskInit init, Action<ScriptedTask> run) : QmiTask<TestSettings, TestStatus>(init)
{
    public new TestSettings Settings
    {
        get => base.Settings;
        set => base.Settings = value;
    }

    public new TestStatus Status
    {
        get => base.Status;
        set => base.Status = value;
    }

    public new void Sleep(TimeSpan duration) => base.Sleep(duration);

    public new bool UpdateSettings() => base.UpdateSettings();

    public new void ReportAlive() => base.ReportAlive();

    protected override void Run() => run(this);
}
