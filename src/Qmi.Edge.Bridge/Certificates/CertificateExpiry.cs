using System.Globalization;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>How near the end of a certificate is.</summary>
/// <param name="End">When it ends.</param>
/// <param name="Now">When that was looked at, wall clock.</param>
internal readonly record struct CertificateExpiry(DateTimeOffset End, DateTimeOffset Now)
{
    // A month is what signing takes where people are asked, a week what is left when nobody has listened, a day is the last moment.
    private static readonly (TimeSpan Left, AlarmSeverity Severity)[] Thresholds =
    [
        (TimeSpan.FromDays(1), AlarmSeverity.Critical),
        (TimeSpan.FromDays(7), AlarmSeverity.Error),
        (TimeSpan.FromDays(30), AlarmSeverity.Warning),
    ];

    /// <summary>How much is left; negative when it has ended.</summary>
    public TimeSpan Left => End - Now;

    /// <summary>Whether it has ended.</summary>
    public bool IsOver => Left <= TimeSpan.Zero;

    /// <summary>How bad that is; null = not at all.</summary>
    public AlarmSeverity? Severity
    {
        get
        {
            foreach (var (left, severity) in Thresholds)
            {
                if (Left <= left)
                    return severity;
            }

            return null;
        }
    }

    /// <summary>How long until it becomes worse; infinite when it cannot.</summary>
    public TimeSpan UntilWorse
    {
        get
        {
            var soonest = TimeSpan.MaxValue;
            foreach (var threshold in Thresholds.Select(threshold => threshold.Left).Append(TimeSpan.Zero))
            {
                if (Left > threshold && Left - threshold < soonest)
                    soonest = Left - threshold;
            }

            return soonest;
        }
    }

    /// <summary>When it ends and how far off that is, as part of a sentence.</summary>
    public override string ToString()
    {
        var end = End.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";
        if (IsOver)
            return $"has ended on {end}";
        return Left.TotalDays >= 2 ? $"ends on {end}, in {(int)Left.TotalDays} days" : $"ends on {end}, in {(int)Left.TotalHours} hours";
    }
}
