namespace Qmi.Edge.Box;

/// <summary>What a check of the machine found.</summary>
/// <param name="Verdict">How good it is.</param>
/// <param name="Text">What is so.</param>
/// <param name="Fix">What to do about it; null when nothing need be done.</param>
internal sealed record Finding(Verdict Verdict, string Text, string? Fix = null);

/// <summary>How good it is.</summary>
internal enum Verdict
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Boxes run, but loops may be later than they need be, or times may be wrong.</summary>
    Warn,

    /// <summary>What a box may ask for would be refused.</summary>
    Fail,
}
