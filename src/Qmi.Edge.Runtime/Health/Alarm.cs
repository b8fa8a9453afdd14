namespace Qmi.Edge.Runtime;

/// <summary>How bad an alarm is.</summary>
public enum AlarmSeverity
{
    /// <summary>Look at it when there is time.</summary>
    Warning,

    /// <summary>Something does not work.</summary>
    Error,

    /// <summary>The box is about to fail.</summary>
    Critical,
}

/// <summary>Something that somebody must look at.</summary>
/// <param name="Id">One id for one trouble, by the rules of <see cref="ObjectName"/> but up to <see cref="AlarmBoard.MaxIdLength"/> characters: raised again, it is the same alarm.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Text">For people: the thing, what happened, what to do. The same trouble has the same text, so that an alarm changes only when there is news.</param>
/// <param name="Since">When it was first raised, wall clock.</param>
public sealed record Alarm(string Id, AlarmSeverity Severity, string Code, string Text, DateTimeOffset Since)
{
    /// <summary>Who has seen it; null until somebody has, and again when it is raised again.</summary>
    public AlarmAcknowledgement? Acknowledged { get; init; }
}

/// <summary>That somebody has seen an alarm. It is still raised.</summary>
/// <param name="By">The caller's name.</param>
/// <param name="At">When, wall clock.</param>
public sealed record AlarmAcknowledgement(string By, DateTimeOffset At);
