using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>Whether something keeps the wall clock right.</summary>
internal sealed class ClockCheck(IClockSource clock) : IMachineCheck
{
    public string Subject => "clock";

    public Finding Examine(MachineFiles files)
    {
        try
        {
            return Judge(clock.Read());
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            return new(Verdict.Warn, $"Whether the clock is right cannot be known: {exception.Message}", "Look at: timedatectl");
        }
    }

    private static Finding Judge(ClockReading reading)
    {
        if (reading.IsSynchronised)
            return new(Verdict.Ok, $"The clock is kept right ({reading.Source}).");
        return reading.Source == "none"
            ? new(Verdict.Warn, "Nothing keeps the clock right: times of values are not to be trusted.", "Install chrony, or: timedatectl set-ntp true")
            : new(Verdict.Warn, $"The clock is not right yet ({reading.Source}): times of values are not to be trusted.", "Look at: timedatectl, chronyc tracking");
    }
}
