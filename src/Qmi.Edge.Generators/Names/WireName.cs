using System.Text;

namespace Qmi.Edge.Generators;

/// <summary>The one conversion from C# names to names on the wire.</summary>
internal static class WireName
{
    // The same as ObjectName.MaxLength of the runtime.
    private const int MaxLength = 63;

    /// <summary>
    /// <c>RateHz</c> is <c>rate_hz</c>. A new word begins at an upper-case letter after a lower-case one, and at an upper-case letter before a
    /// lower-case one when another upper-case letter or a digit stands before it: <c>SCPIAddress</c> is <c>scpi_address</c>, <c>I2CBus</c> is
    /// <c>i2c_bus</c>, <c>Read4Wire</c> is <c>read4_wire</c>. Digits belong to the word before them.
    /// </summary>
    public static string Of(string name)
    {
        var wire = new StringBuilder(name.Length + 8);
        for (var index = 0; index < name.Length; index++)
        {
            if (index > 0 && BeginsWord(name, index) && wire.Length > 0 && wire[wire.Length - 1] != '_')
                wire.Append('_');
            if (name[index] != '_' || wire.Length > 0 && wire[wire.Length - 1] != '_')
                wire.Append(char.ToLowerInvariant(name[index]));
        }

        return wire.ToString().TrimEnd('_');
    }

    /// <summary>Whether objects, methods and signals may be called that: the rules of <c>ObjectName</c>.</summary>
    public static bool IsValid(string wire) =>
        wire.Length is > 0 and <= MaxLength && wire[0] is not ('_' or '-') && wire.All(static c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '_' or '-');

    private static bool BeginsWord(string name, int index)
    {
        if (!char.IsUpper(name[index]))
            return false;
        var before = name[index - 1];
        return char.IsLower(before) || index + 1 < name.Length && char.IsLower(name[index + 1]) && (char.IsUpper(before) || char.IsDigit(before));
    }
}
