namespace Qmi.Edge.Generators;

/// <summary>What was read from one class or record.</summary>
internal sealed record Found
{
    public static Found Nothing { get; } = new();

    public ObjectModel? Object { get; init; }

    public SignalPart? Signals { get; init; }

    public RunnerPart? Runner { get; init; }

    public JsonRecordModel? JsonRecord { get; init; }

    /// <summary>The types that it needs, each after those it is made of.</summary>
    public EquatableArray<DataTypeModel> Types { get; init; }

    public EquatableArray<Diagnosis> Diagnoses { get; init; }
}
