using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Generators.Tests.Samples;

/// <summary>One member of every type that has a JSON form.</summary>
[JsonRecord]
public sealed record Everything
{
    public bool Flag { get; init; }

    public sbyte Int8 { get; init; }

    public byte UInt8 { get; init; }

    public short Int16 { get; init; }

    public ushort UInt16 { get; init; }

    public int Int32 { get; init; }

    public uint UInt32 { get; init; }

    public long Int64 { get; init; }

    public ulong UInt64 { get; init; }

    public float Single { get; init; }

    public double Double { get; init; }

    public decimal Decimal { get; init; }

    public char Letter { get; init; } = 'a';

    public string Text { get; init; } = "";

    public Mode Mode { get; init; }

    public TimeSpan Duration { get; init; }

    public DateTimeOffset Moment { get; init; }

    public Guid Id { get; init; }

    public Uri Address { get; init; } = new("http://localhost");

    public byte[] Bytes { get; init; } = [];

    public double? MaybeNumber { get; init; }

    public Mode? MaybeMode { get; init; }

    public TimeSpan? MaybeDuration { get; init; }

    public char? MaybeLetter { get; init; }

    public string? MaybeText { get; init; }

    public Uri? MaybeAddress { get; init; }

    public Limits? MaybeLimits { get; init; }

    public Point? MaybePoint { get; init; }

    public double[] Array { get; init; } = [];

    public double[][] Matrix { get; init; } = [];

    public List<string?> List { get; init; } = [];

    public IReadOnlyList<Limits> ReadOnlyList { get; init; } = [];

    public ImmutableArray<int> Immutable { get; init; } = [];

    public Dictionary<string, double> Dictionary { get; init; } = [];

    public IReadOnlyDictionary<string, Limits> ReadOnlyDictionary { get; init; } = ImmutableDictionary<string, Limits>.Empty;

    public string[]? MaybeArray { get; init; }

    public Pair<double> Pair { get; init; } = new(1, 2);

    public Pair<string?> OtherPair { get; init; } = new(null, "b");

    public Nothing Nothing { get; init; }
}

/// <summary>Where a value must lie.</summary>
/// <param name="Low">The smallest.</param>
/// <param name="High">The largest.</param>
public sealed record Limits(double Low, double High = 100);

public readonly record struct Point(double X, double Y);

public sealed record Pair<T>(T First, T Second);

/// <summary>Not a record, but as immutable as one.</summary>
[JsonRecord]
public readonly struct Interval
{
    public Interval(double start, double end) => (Start, End) = (start, end);

    public double Start { get; }

    public double End { get; }

    /// <summary>Computed, so no data.</summary>
    public double Length => End - Start;
}

public abstract record Named(string Name)
{
    public int Order { get; init; } = 7;
}

/// <summary>Inherits members, has required ones, and names that generated code has to step round.</summary>
[JsonRecord]
public sealed record Awkward(string Name, double Value = 1.5, string? @event = null) : Named(Name)
{
    public required int Reader { get; init; }

    public required string[] Options { get; init; }

    public TimeSpan Defaults { get; init; } = TimeSpan.FromSeconds(2);

    public int SCPIPort { get; init; } = 5025;

    public Guid Fresh { get; init; } = Guid.NewGuid();
}

[JsonRecord]
public sealed record Empty;

/// <summary>One member for every attribute.</summary>
[JsonRecord]
public sealed record Annotated(
    [property: Range(0.5, double.PositiveInfinity), Unit("mbar")] double Pressure,
    [Range(1, 8)] int Channel = 2,
    [StringLength(8, MinimumLength = 2)] string Label = "ab\"c",
    Mode Mode = Mode.HeatOnly,
    Mode? MaybeMode = Mode.Off)
{
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    [RegularExpression("[a-z]+"), Secret]
    public string Password { get; init; } = "";

    [MinLength(1), MaxLength(3)]
    public double[] Taps { get; init; } = [1];

    [Length(2, 4)]
    public string? Code { get; init; }

    [Description("From an attribute.")]
    public float Gain { get; init; } = 0.1f;

    /// <summary>See <see cref="Gain"/>, <c>code</c> and
    /// <see langword="null"/> &amp; more.</summary>
    public long Count { get; init; } = 3 * 4;

    public required bool Enabled { get; init; }
}
