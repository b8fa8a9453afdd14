namespace Qmi.Edge.Runtime;

/// <summary>Period and policy of a loop, which change together.</summary>
/// <param name="Period">Time between two slots.</param>
/// <param name="Policy">What to do about a missed deadline.</param>
internal sealed record LoopConfiguration(TimeSpan Period, MissedLoopPolicy Policy);
