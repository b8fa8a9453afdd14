namespace Qmi.Edge.Bridge;

/// <summary>
/// A unit as Home Assistant writes it, and the device class that it tells. Home Assistant refuses an entity whose unit does not belong to its
/// device class, so a class is given only where the unit has belonged to it in every version that knows device discovery (2024.11 and later);
/// a unit that tells nothing, such as %, or that was spelt differently over time, such as those with a micro sign, has none.
/// </summary>
/// <param name="Symbol">The unit.</param>
/// <param name="DeviceClass">What kind of quantity it is, or null.</param>
internal readonly record struct HomeAssistantUnit(string Symbol, string? DeviceClass)
{
    // Keys are UCUM, and what people write instead of it.
    private static readonly Dictionary<string, HomeAssistantUnit> Known = new()
    {
        ["K"] = new("K", "temperature"),
        ["Cel"] = new("°C", "temperature"),
        ["°C"] = new("°C", "temperature"),
        ["degC"] = new("°C", "temperature"),
        ["[degF]"] = new("°F", "temperature"),
        ["°F"] = new("°F", "temperature"),
        ["V"] = new("V", "voltage"),
        ["mV"] = new("mV", "voltage"),
        ["A"] = new("A", "current"),
        ["mA"] = new("mA", "current"),
        ["W"] = new("W", "power"),
        ["kW"] = new("kW", "power"),
        ["Hz"] = new("Hz", "frequency"),
        ["kHz"] = new("kHz", "frequency"),
        ["MHz"] = new("MHz", "frequency"),
        ["GHz"] = new("GHz", "frequency"),
        ["Pa"] = new("Pa", "pressure"),
        ["hPa"] = new("hPa", "pressure"),
        ["kPa"] = new("kPa", "pressure"),
        ["bar"] = new("bar", "pressure"),
        ["mbar"] = new("mbar", "pressure"),
        ["psi"] = new("psi", "pressure"),
        ["[psi]"] = new("psi", "pressure"),
        ["ms"] = new("ms", "duration"),
        ["s"] = new("s", "duration"),
        ["min"] = new("min", "duration"),
        ["h"] = new("h", "duration"),
        ["d"] = new("d", "duration"),
        ["mm"] = new("mm", "distance"),
        ["cm"] = new("cm", "distance"),
        ["m"] = new("m", "distance"),
        ["km"] = new("km", "distance"),
        ["mg"] = new("mg", "weight"),
        ["g"] = new("g", "weight"),
        ["kg"] = new("kg", "weight"),
        ["mL"] = new("mL", "volume_storage"),
        ["ml"] = new("mL", "volume_storage"),
        ["L"] = new("L", "volume_storage"),
        ["l"] = new("L", "volume_storage"),
        ["m3"] = new("m³", "volume_storage"),
        ["L/min"] = new("L/min", "volume_flow_rate"),
        ["l/min"] = new("L/min", "volume_flow_rate"),
        ["m3/h"] = new("m³/h", "volume_flow_rate"),
        ["m/s"] = new("m/s", "speed"),
        ["mm/s"] = new("mm/s", "speed"),
        ["km/h"] = new("km/h", "speed"),
        ["lx"] = new("lx", "illuminance"),
        ["W/m2"] = new("W/m²", "irradiance"),
        ["dBm"] = new("dBm", "signal_strength"),
        ["B"] = new("B", "data_size"),
        ["By"] = new("B", "data_size"),
        ["kBy"] = new("kB", "data_size"),
        ["MBy"] = new("MB", "data_size"),
        ["GBy"] = new("GB", "data_size"),
        ["KiBy"] = new("KiB", "data_size"),
        ["MiBy"] = new("MiB", "data_size"),
        ["GiBy"] = new("GiB", "data_size"),
        ["deg"] = new("°", null),
        ["Ohm"] = new("Ω", null),
        ["um"] = new("µm", null),
        ["us"] = new("µs", null),
    };

    /// <summary>The unit of a schema.</summary>
    public static HomeAssistantUnit? Of(string? unit) =>
        unit is null or "1" ? null : Known.TryGetValue(unit, out var known) ? known : new HomeAssistantUnit(unit, null);
}
