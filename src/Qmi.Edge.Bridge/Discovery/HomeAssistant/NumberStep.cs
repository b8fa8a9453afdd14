using System.Globalization;

namespace Qmi.Edge.Bridge;

/// <summary>
/// In which steps a number can be set by hand. Home Assistant's field takes only the smallest number plus whole steps, so limits and default must be
/// whole steps themselves; and it knows none smaller than a thousandth.
/// </summary>
internal static class NumberStep
{
    private const int MostDecimals = 3;

    // Fine enough to be no limit in practice, coarse enough to be readable: about ten thousand steps.
    private const int DecimalsBelowRange = 4;

    /// <summary>The step for a range; null when there is none that Home Assistant knows.</summary>
    public static double? Of(double minimum, double maximum, string? defaultValue, bool isInteger)
    {
        if (isInteger)
            return maximum - minimum >= 1 ? 1 : null;
        var magnitude = (int)Math.Ceiling(Math.Log10(maximum - minimum));
        var decimals = Math.Max(DecimalsBelowRange - magnitude, Math.Max(DecimalsOf(minimum), DecimalsOf(maximum)));
        if (double.TryParse(defaultValue, CultureInfo.InvariantCulture, out var usual))
            decimals = Math.Max(decimals, DecimalsOf(usual));
        decimals = Math.Clamp(decimals, 0, MostDecimals);
        var step = Math.Round(Math.Pow(10, -decimals), MostDecimals);
        return maximum - minimum > step ? step : null;
    }

    private static int DecimalsOf(double value)
    {
        for (var decimals = 0; decimals < MostDecimals; decimals++)
        {
            if (Math.Round(value, decimals) == value)
                return decimals;
        }

        return MostDecimals;
    }
}
