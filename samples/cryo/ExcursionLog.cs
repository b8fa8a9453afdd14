using Qmi.Edge.Runtime;

namespace Cryo;

/// <summary>What an <see cref="ExcursionLog"/> has seen.</summary>
/// <param name="Count">How often the temperature has left the tolerance.</param>
/// <param name="Last">The temperature when it last did.</param>
/// <param name="LastAt">When that was.</param>
/// <param name="Lost">How many signals were lost on the way.</param>
public readonly record struct ExcursionLogStatus(long Count, [property: Unit("K")] double? Last, DateTimeOffset? LastAt, long Lost);

/// <summary>A plain task, without a loop: waits for a thermostat's excursions and counts them.</summary>
public sealed partial class ExcursionLog(TaskInit init, ThermostatProxy thermostat) : QmiTask<Nothing, ExcursionLogStatus>(init)
{
    protected override void Run()
    {
        var excursions = new SignalReceiver<Excursion>(timeProvider: TimeProvider);
        thermostat.Excursion.Subscribe(excursions);
        try
        {
            while (true)
            {
                // Ends with a TaskStopException when the task is asked to stop, which is a normal end.
                var excursion = excursions.GetNextSignal(Timeout.InfiniteTimeSpan);
                if (excursion.Value.InRange)
                    continue;
                Status = new ExcursionLogStatus(Status.Count + 1, excursion.Value.Temperature, excursion.Time, excursions.Lost);
                PublishStatus();
            }
        }
        finally
        {
            thermostat.Excursion.Unsubscribe(excursions);
        }
    }
}
