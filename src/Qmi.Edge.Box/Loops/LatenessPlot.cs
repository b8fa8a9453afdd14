using System.Globalization;
using System.Security;
using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>
/// How late the turns of loops began, as an SVG picture: a panel for each loop, all on the same axis of time, which is logarithmic as the counts
/// are, so that one turn in a million is seen as well as the usual one.
/// </summary>
internal static class LatenessPlot
{
    private const int Width = 860;
    private const int Left = 78;
    private const int Right = 30;
    private const int Top = 54;
    private const int PanelHeight = 256;
    private const int PlotTop = 72;
    private const int PlotHeight = 130;
    private const int PlotWidth = Width - Left - Right;
    private const int BarsOfDecade = 10;

    // Of the axis, as powers of ten of a microsecond.
    private const int FirstDecade = 0;
    private const int LeastDecades = 4;

    /// <summary>Draws those loops that have turned.</summary>
    /// <param name="box">Name of their box.</param>
    /// <param name="readings">The loops.</param>
    /// <param name="at">When they were read.</param>
    public static string Draw(string box, IReadOnlyList<LoopReading> readings, DateTimeOffset at)
    {
        var loops = readings.Where(reading => reading.Statistics is { Lateness: not null }).ToList();
        var decades = Math.Max(LeastDecades, loops.Select(loop => DecadesFor(loop.Statistics!.Value)).DefaultIfEmpty().Max());
        var height = Top + (Math.Max(1, loops.Count) * PanelHeight);
        var svg = new StringBuilder();
        svg.Append(Text($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{height}\" viewBox=\"0 0 {Width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n"));
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        Write(svg, Left, 26, Text($"How late the loops of {box} began their turns"), "font-size=\"17\" font-weight=\"bold\"");
        Write(svg, Left, 44, Text($"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, time from the slot being due to the turn beginning"), "fill=\"#555\"");
        if (loops.Count == 0)
            Write(svg, Left, Top + 40, "No loop has turned yet.");
        for (var index = 0; index < loops.Count; index++)
            DrawPanel(svg, Top + (index * PanelHeight), loops[index].Task, loops[index].Statistics!.Value, decades);
        return svg.Append("</svg>\n").ToString();
    }

    private static void DrawPanel(StringBuilder svg, int top, string task, LoopStatistics loop, int decades)
    {
        var lateness = loop.Lateness!;
        var bars = Bars(lateness.Buckets, decades);
        var powers = Math.Max(1, (int)Math.Ceiling(Math.Log10(Math.Max(1, bars.Max()))));
        var (plotTop, bottom) = (top + PlotTop, top + PlotTop + PlotHeight);
        Write(svg, Left, top + 20, task, "font-size=\"14\" font-weight=\"bold\"");
        Write(svg, Left, top + 36, Text($"every {TimeText.Of(loop.Period)}, {LoopStatisticsDocument.NameOf(loop.Policy)}; {loop.Turns} turns, {loop.Misses} missed, {loop.Skipped} slots skipped, load {loop.Load:0.0 %}"), "fill=\"#555\"");
        DrawGrid(svg, plotTop, bottom, decades, powers);

        for (var index = 0; index < bars.Length; index++)
        {
            if (bars[index] == 0)
                continue;
            // A single turn is worth a line of its own above the axis.
            var height = PlotHeight * (Math.Log10(bars[index]) + 0.15) / (powers + 0.15);
            var x = Left + (PlotWidth * index / (double)bars.Length);
            svg.Append(Text($"<rect x=\"{x + 0.5:0.##}\" y=\"{bottom - height:0.##}\" width=\"{(PlotWidth / (double)bars.Length) - 1:0.##}\" height=\"{height:0.##}\" fill=\"#4477aa\"/>\n"));
        }

        DrawPeriod(svg, plotTop, bottom, decades, loop.Period);
        DrawMarks(svg, plotTop, bottom, decades, loop);
    }

    // Beyond it a turn has missed its deadline before it has begun.
    private static void DrawPeriod(StringBuilder svg, int top, int bottom, int decades, TimeSpan period)
    {
        var x = PlaceOf(period, decades);
        if (x > Width - Right)
            return;
        Line(svg, x, top, x, bottom, "#333", "stroke-dasharray=\"4 3\"");
        Write(svg, x + 4, top + 14, "period", "fill=\"#333\"");
    }

    private static void DrawGrid(StringBuilder svg, int top, int bottom, int decades, int powers)
    {
        for (var decade = 0; decade <= decades; decade++)
        {
            var x = Left + (PlotWidth * decade / (double)decades);
            Line(svg, x, top, x, bottom, "#ddd");
            Write(svg, x, bottom + 16, TimeText.Of(TimeSpan.FromMicroseconds(Math.Pow(10, FirstDecade + decade))), "text-anchor=\"middle\"");
        }

        for (var power = 0; power <= powers; power++)
        {
            var y = bottom - (PlotHeight * (power + 0.15) / (powers + 0.15));
            Line(svg, Left, y, Width - Right, y, "#ddd");
            Write(svg, Left - 6, y + 4, Text($"{Math.Pow(10, power):0}"), "text-anchor=\"end\"");
        }

        Line(svg, Left, bottom, Width - Right, bottom, "#333");
        Write(svg, Left + (PlotWidth / 2.0), bottom + 34, "late by", "text-anchor=\"middle\" fill=\"#555\"");
        svg.Append(Text($"<text transform=\"translate({Left - 58} {(top + bottom) / 2}) rotate(-90)\" text-anchor=\"middle\" fill=\"#555\">turns</text>\n"));
    }

    // Each label is to the right of its line; where two would touch, the later one is a row higher. A white rim keeps lines off them.
    private static void DrawMarks(StringBuilder svg, int top, int bottom, int decades, LoopStatistics loop)
    {
        var lateness = loop.Lateness!;
        (string Name, TimeSpan Value, string Colour)[] marks =
            [("p50", lateness.P50, "#228833"), ("p99", lateness.P99, "#aa7700"), ("p99.9", lateness.P999, "#cc3311"), ("max", lateness.Max, "#882255")];
        double[] ends = [double.MinValue, double.MinValue];
        var labels = new StringBuilder();
        foreach (var (name, value, colour) in marks)
        {
            var (x, label) = (PlaceOf(value, decades), Text($"{name} {TimeText.Of(value)}"));
            var width = 7.2 * label.Length;
            var start = Math.Min(x + 3, Width - width);
            var row = start >= ends[0] ? 0 : 1;
            if (row == 1)
                start = Math.Min(Math.Max(start, ends[1]), Width - width);
            ends[row] = start + width;
            var y = top - 4 - (13 * row);
            Line(svg, x, y - 9, x, bottom, colour);
            Write(labels, start, y, label, $"fill=\"{colour}\" stroke=\"white\" stroke-width=\"4\" paint-order=\"stroke\"");
        }

        svg.Append(labels);
    }

    private static long[] Bars(IReadOnlyList<TimeBucket> buckets, int decades)
    {
        var bars = new long[decades * BarsOfDecade];
        foreach (var bucket in buckets)
            bars[Math.Min(bars.Length - 1, (int)(Logarithm(bucket.UpTo) * BarsOfDecade))] += bucket.Count;
        return bars;
    }

    private static int DecadesFor(LoopStatistics loop) => (int)Math.Ceiling(Logarithm(loop.Lateness!.Max));

    private static double PlaceOf(TimeSpan duration, int decades) => Left + (PlotWidth * Logarithm(duration) / decades);

    // What is shorter than the axis is at its beginning.
    private static double Logarithm(TimeSpan duration) => Math.Max(0, Math.Log10(Math.Max(duration.TotalMicroseconds, double.Epsilon)) - FirstDecade);

    private static void Line(StringBuilder svg, double x1, double y1, double x2, double y2, string colour, string attributes = "") =>
        svg.Append(Text($"<line x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\" stroke=\"{colour}\" {attributes}/>\n"));

    private static void Write(StringBuilder svg, double x, double y, string text, string attributes = "") =>
        svg.Append(Text($"<text x=\"{x:0.##}\" y=\"{y:0.##}\" {attributes}>{SecurityElement.Escape(text)}</text>\n"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
