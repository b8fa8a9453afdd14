namespace Qmi.Edge.Runtime.Tests.LockModel;

/// <summary>Everything that can go wrong, whenever it likes.</summary>
/// <param name="world">Where it is.</param>
/// <param name="seed">What goes wrong.</param>
/// <param name="mutant">What is wrong with the box besides.</param>
internal sealed class Nemesis(ModelWorld world, int seed, LockMutant mutant)
{
    private readonly Random _random = new(seed);
    private bool _isOver;
    private bool _isGone;

    public ModelBox Box { get; private set; } = null!;

    public void Start(Workload workload)
    {
        Boot();
        // Every history has some kinds of trouble, few have all.
        Action<Workload>[] kinds = [Kill, CutInTheMiddle, CutInTheMiddle, Restart, FillDisk, BreakDisk, StepClock, Stall, Force, Pause, Lose];
        var some = kinds.Where(_ => _random.Next(2) == 0).ToArray();
        if (some.Length > 0)
            Again(workload, some);
    }

    /// <summary>Everything is mended, and stays so.</summary>
    public void Finish()
    {
        _isOver = true;
        (world.Disk.IsFull, world.Disk.IsBroken, world.Disk.FailsAt) = (false, false, null);
    }

    private TimeSpan Milliseconds(int least, int most) => TimeSpan.FromMilliseconds(_random.Next(least, most));

    private void Again(Workload workload, Action<Workload>[] kinds) => world.After(Milliseconds(500, 6_000), () =>
    {
        if (_isOver)
            return;
        kinds[_random.Next(kinds.Length)](workload);
        Again(workload, kinds);
    });

    // At once, as usual, or as slow as a worn card: then much is done before anything of it is written down.
    private TimeSpan DiskSpeed() => _random.Next(3) switch { 0 => TimeSpan.Zero, 1 => Milliseconds(1, 300), _ => Milliseconds(300, 2_000) };

    private void Boot()
    {
        world.Disk.PowerUp();
        // Whoever dies is back after a while.
        Box = new ModelBox(world, mutant, () => world.After(Milliseconds(50, 3_000), Boot), DiskSpeed());
        foreach (var target in ModelBox.Targets)
        {
            if (target == BoxObject.ObjectName || _random.Next(5) > 0)
                Box.Open(target);
            else
                OpenLater(Box, target);
        }
    }

    private void OpenLater(ModelBox box, string target) => world.After(Milliseconds(100, 5_000), () => box.Open(target));

    private void Kill(Workload workload)
    {
        if (Box.IsDead)
            return;
        Box.Die();
        world.Disk.Cut();
    }

    private void CutInTheMiddle(Workload workload) => world.Disk.FailsAt = world.Disk.Operations + _random.Next(12);

    private void Restart(Workload workload)
    {
        if (!Box.IsDead)
            Box.Stop();
    }

    private void FillDisk(Workload workload)
    {
        world.Disk.IsFull = true;
        world.After(Milliseconds(100, 5_000), () => world.Disk.IsFull = false);
    }

    private void BreakDisk(Workload workload)
    {
        world.Disk.IsBroken = true;
        world.After(Milliseconds(100, 3_000), () => world.Disk.IsBroken = false);
    }

    private void StepClock(Workload workload) => world.Time.StepWallClock(TimeSpan.FromSeconds(_random.Next(-3_600, 3_600)));

    // The process is stopped and goes on: what was due meanwhile is due all at once.
    private void Stall(Workload workload)
    {
        if (Box.IsDead)
            return;
        world.Record(new Happened.Stalled(world.Time.Now));
        world.Time.Suspend(Milliseconds(100, 8_000));
    }

    private void Force(Workload workload) => Box.Deliver(new Message(Wish.Force, "adm", ModelBox.Targets[_random.Next(ModelBox.Targets.Length)]), static _ => { });

    private void Pause(Workload workload) => workload.Pause(Milliseconds(500, 8_000));

    private void Lose(Workload workload)
    {
        Box.ReportPresence(workload.Names[_random.Next(workload.Names.Count)], _isGone);
        _isGone = !_isGone;
    }
}
