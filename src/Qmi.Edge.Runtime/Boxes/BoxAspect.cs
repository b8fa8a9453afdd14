namespace Qmi.Edge.Runtime;

/// <summary>What about the box itself changed.</summary>
public enum BoxAspect
{
    /// <summary>It began to stop.</summary>
    Stopping,

    /// <summary>Its friendly name.</summary>
    Alias,

    /// <summary>Whether its clock is synchronised, and by what.</summary>
    Clock,
}
