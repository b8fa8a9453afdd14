namespace Qmi.Edge.Drivers;

/// <summary>The answer to <c>*IDN?</c> (IEEE 488.2, 10.14). A field that an instrument does not have is <c>0</c> by the standard, or empty.</summary>
/// <param name="Maker">The manufacturer.</param>
/// <param name="Model">The model.</param>
/// <param name="Serial">The serial number.</param>
/// <param name="Firmware">The firmware level; whatever follows the third comma.</param>
public sealed record ScpiIdentity(string Maker, string Model, string Serial, string Firmware)
{
    /// <summary>Reads an answer. Instruments that leave fields out exist in numbers: those become empty.</summary>
    public static ScpiIdentity Parse(string reply)
    {
        var fields = reply.Split(',', 4, StringSplitOptions.TrimEntries);
        return new ScpiIdentity(fields[0], fields.ElementAtOrDefault(1) ?? "", fields.ElementAtOrDefault(2) ?? "", fields.ElementAtOrDefault(3) ?? "");
    }

    /// <summary>The four fields with commas, as an instrument answers.</summary>
    public override string ToString() => $"{Maker},{Model},{Serial},{Firmware}";
}
