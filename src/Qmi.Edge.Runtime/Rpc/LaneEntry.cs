namespace Qmi.Edge.Runtime;

/// <summary>Where a call in a <see cref="Lane"/> is; changed only under the lane's gate.</summary>
internal enum LaneEntryState
{
    Waiting,
    Granted,
    Refused,
    Abandoned,
}

/// <summary>A call that waits for its turn in a <see cref="Lane"/>.</summary>
internal abstract class LaneEntry
{
    private volatile LaneEntryState _state;

    public LaneEntryState State
    {
        get => _state;
        set => _state = value;
    }

    /// <summary>The turn has come.</summary>
    public abstract void Grant();

    /// <summary>The turn will never come.</summary>
    public abstract void Refuse(QmiException reason);

    /// <summary>A thread that waits to run the call itself.</summary>
    public sealed class Turn(CallThread thread, Parker parker) : LaneEntry
    {
        public CallThread Thread { get; } = thread;

        public Parker Parker { get; } = parker;

        public override void Grant() => Parker.Unpark();

        public override void Refuse(QmiException reason) => Parker.Unpark();
    }

    /// <summary>A call that a worker thread runs.</summary>
    public abstract class Work : LaneEntry
    {
        /// <summary>Runs it, in a worker's thread.</summary>
        public abstract void Execute();

        public override void Grant() => CallWorkers.Shared.Run(this);
    }
}
