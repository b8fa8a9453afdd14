namespace Qmi.Edge.Drivers;

/// <summary>How many threads ran or waited for a disk, on average; compare with the number of cores.</summary>
/// <param name="OneMinute">Over the last minute.</param>
/// <param name="FiveMinutes">Over the last five minutes.</param>
/// <param name="FifteenMinutes">Over the last fifteen minutes.</param>
public readonly record struct LoadAverage(double OneMinute, double FiveMinutes, double FifteenMinutes);
