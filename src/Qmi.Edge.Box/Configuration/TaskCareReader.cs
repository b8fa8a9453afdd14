using System.Globalization;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>Reads what is done about a task that fails (<c>supervision</c>) or hangs (<c>health</c>).</summary>
internal static class TaskCareReader
{
    private static readonly string[] Policies = ["never", "on_failure"];
    private static readonly string[] Actions = ["report", "restart", "fail_box"];
    private static readonly SupervisionOptions Usual = new();

    public static Schema Supervision { get; } = Object(
        new("restart", new Schema { Type = SchemaType.String, Enum = Policies, Default = "\"never\"", Description = "Whether the task is restarted by itself when it has failed." }),
        new("first_pause_ms", Milliseconds(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), Usual.FirstPause, "The pause before the first restart; each further one has the double.")),
        new("longest_pause_ms", Milliseconds(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1), Usual.LongestPause, "The longest pause.")),
        new("max_restarts", new Schema { Type = SchemaType.Integer, Minimum = 1, Maximum = 1000, Default = Text(Usual.MaxRestarts), Description = "How many restarts are tried within the window; after that the task stays failed." }),
        new("window_s", new Schema { Type = SchemaType.Integer, Minimum = 1, Maximum = TimeSpan.FromDays(7).TotalSeconds, Unit = "s", Default = Text(Usual.Window.TotalSeconds), Description = "For how long a restart counts." }));

    public static Schema Health { get; } = Object(
        new("hung_after_ms", new Schema { Type = SchemaType.Integer, Minimum = 0, Maximum = TimeSpan.FromDays(7).TotalMilliseconds, Unit = "ms", Description = "How long a turn, or anything else that the task does without a sign of life, may take: 1000 or more; 0 = any time. 5000 or ten periods for a turn, 60000 for everything else." }),
        new("when_hung", new Schema { Type = SchemaType.String, Enum = Actions, Default = "\"report\"", Description = "What is done then, beside the alarm." }));

    public static TaskOptions Read(JsonElement task, string path, Mistakes mistakes, TaskOptions options) => options with
    {
        Supervision = task.FindObject("supervision") is { } supervision ? ReadSupervision(supervision, path + "/supervision", mistakes) : options.Supervision,
        Health = task.FindObject("health") is { } health ? ReadHealth(health, path + "/health", mistakes) : options.Health,
    };

    private static SupervisionOptions ReadSupervision(JsonElement supervision, string path, Mistakes mistakes)
    {
        // What the schema has refused is told already.
        if (mistakes.AreAt(path))
            return Usual;
        var (first, longest) = (supervision.FindMilliseconds("first_pause_ms"), supervision.FindMilliseconds("longest_pause_ms"));
        var read = new SupervisionOptions
        {
            Restart = (RestartPolicy)Math.Max(0, Array.IndexOf(Policies, supervision.FindText("restart"))),
            FirstPause = first ?? Usual.FirstPause,
            LongestPause = longest ?? Usual.LongestPause,
            MaxRestarts = supervision.Find("max_restarts", JsonValueKind.Number) is { } most && most.TryGetInt32(out var restarts) ? restarts : Usual.MaxRestarts,
            Window = supervision.Find("window_s", JsonValueKind.Number) is { } window && window.TryGetInt32(out var seconds) ? TimeSpan.FromSeconds(seconds) : Usual.Window,
        };
        if (read.LongestPause < read.FirstPause)
        {
            var place = path + (longest is null ? "/first_pause_ms" : "/longest_pause_ms");
            mistakes.Add(place, $"{path}: the longest pause, {read.LongestPause.TotalMilliseconds} ms, is shorter than the first, {read.FirstPause.TotalMilliseconds} ms.");
        }

        return read;
    }

    private static TaskHealthOptions ReadHealth(JsonElement health, string path, Mistakes mistakes)
    {
        if (mistakes.AreAt(path))
            return new TaskHealthOptions();
        var after = health.FindMilliseconds("hung_after_ms");
        if (after > TimeSpan.Zero && after < TaskHealthOptions.MinHungAfter)
            mistakes.Add($"{path}/hung_after_ms", $"{path}/hung_after_ms is {after.Value.TotalMilliseconds} ms, the smallest allowed is {TaskHealthOptions.MinHungAfter.TotalMilliseconds} ms: less cannot be told from a busy machine. 0 means any time.");
        return new TaskHealthOptions
        {
            HungAfter = after == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : after,
            WhenHung = (HungAction)Math.Max(0, Array.IndexOf(Actions, health.FindText("when_hung"))),
        };
    }

    private static Schema Object(params ReadOnlySpan<SchemaProperty> properties) => new() { Type = SchemaType.Object, Properties = [.. properties] };

    private static Schema Milliseconds(TimeSpan least, TimeSpan most, TimeSpan usual, string description) =>
        new() { Type = SchemaType.Integer, Minimum = least.TotalMilliseconds, Maximum = most.TotalMilliseconds, Unit = "ms", Default = Text(usual.TotalMilliseconds), Description = description };

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
