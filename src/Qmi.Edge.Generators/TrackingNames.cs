namespace Qmi.Edge.Generators;

/// <summary>The steps of the pipeline by the names under which tests see what was run again.</summary>
internal static class TrackingNames
{
    public const string Classes = nameof(Classes);
    public const string Records = nameof(Records);
    public const string Methods = nameof(Methods);
    public const string Signals = nameof(Signals);
    public const string Objects = nameof(Objects);
    public const string SignalParts = nameof(SignalParts);
    public const string Runners = nameof(Runners);
    public const string JsonRecords = nameof(JsonRecords);
    public const string Json = nameof(Json);
    public const string Diagnoses = nameof(Diagnoses);

    public static IReadOnlyList<string> All { get; } = [Classes, Records, Methods, Signals, Objects, SignalParts, Runners, JsonRecords, Json, Diagnoses];
}
