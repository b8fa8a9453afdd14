using Cryo;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

// Brings the thermostat of the sample box to another temperature, from anywhere: cryo-supervisor HOST PORT KELVIN
if (args is not [var host, var portText, var kelvinText] || !int.TryParse(portText, out var port) || !double.TryParse(kelvinText, out var kelvin))
{
    Console.Error.WriteLine("usage: cryo-supervisor HOST PORT KELVIN");
    return 2;
}

try
{
    await using var client = await EdgeClient.ConnectAsync(new EdgeClientOptions { Host = host, Port = port, UserName = "alice" });
    foreach (var box in await client.GetBoxesAsync())
        Console.WriteLine($"{box.Name} is {box.State}");

    // The same proxy as in the box's own process.
    var thermostat = client.GetProxy<ThermostatProxy>("cryo", "thermostat");
    var status = await thermostat.GetStatusAsync();
    Console.WriteLine($"{status.Temperature:F1} K, {await thermostat.GetDeviationAsync():F1} K off");

    // Nobody else changes anything until the scope ends. If the lock is lost, everything below ends.
    await using var held = await thermostat.LockAsync(timeout: TimeSpan.FromSeconds(5), note: "night profile");
    var excursions = new SignalReceiver<Excursion>();
    thermostat.Excursion.Subscribe(excursions);

    var settings = await thermostat.GetSettingsAsync(held.Lost);
    var outcome = await thermostat.SetSettingsAsync(settings with { Setpoint = kelvin, Tolerance = 2 }, held.Lost);
    Console.WriteLine($"revision {outcome.Revision} is {outcome.Result} at turn {outcome.Turn}");

    await foreach (var excursion in excursions.ReadAllAsync(held.Lost))
    {
        // What comes first may still be about the temperature of before.
        if (!excursion.Value.InRange || excursion.Value.Setpoint != kelvin)
            continue;
        Console.WriteLine($"holding {excursion.Value.Setpoint} K, {excursions.Lost} signals lost");
        break;
    }

    return 0;
}
catch (QmiException exception)
{
    Console.Error.WriteLine($"{exception.Code.GetWireName()} (done: {exception.Executed}): {exception.Message}");
    return 1;
}
