namespace Qmi.Edge.Drivers;

/// <summary>What goes wrong with one answer of a hosted simulator. Moods queue up, one is used for each answer.</summary>
public abstract record SimulatorMood
{
    private SimulatorMood()
    {
    }

    /// <summary>The answer comes as it should: a place in the queue.</summary>
    public sealed record Good : SimulatorMood;

    /// <summary>The answer comes late, and every later one waits for it.</summary>
    /// <param name="By">On the host's clock.</param>
    public sealed record Late(TimeSpan By) : SimulatorMood;

    /// <summary>The answer comes in single bytes.</summary>
    /// <param name="Pause">Before each byte, on the host's clock.</param>
    public sealed record Slow(TimeSpan Pause) : SimulatorMood;

    /// <summary>The answer never comes.</summary>
    public sealed record Silent : SimulatorMood;

    /// <summary>The first half of the answer comes, and then nothing more of it.</summary>
    public sealed record Half : SimulatorMood;

    /// <summary>Other bytes come before the answer.</summary>
    /// <param name="Before">With or without a terminator.</param>
    public sealed record Garbage(ReadOnlyMemory<byte> Before) : SimulatorMood;

    /// <summary>The connection is dropped after the first half of the answer.</summary>
    public sealed record Drop : SimulatorMood;
}
