namespace Qmi.Edge.Bridge;

/// <summary>What a broker lets somebody do on a topic.</summary>
public enum TopicAccess
{
    /// <summary>Be given what is published there.</summary>
    Read,

    /// <summary>Publish there.</summary>
    Write,

    /// <summary>Both.</summary>
    ReadWrite,
}

/// <summary>One thing that somebody may do. What no rule allows is refused.</summary>
/// <param name="Access">What.</param>
/// <param name="Filter">Where: a topic filter.</param>
public readonly record struct AccessRule(TopicAccess Access, string Filter);
