using System.Text.Json;
using System.Text.Json.Serialization;

namespace Qmi.Edge.Runtime;

/// <summary>The signals that every loop task has.</summary>
internal static class LoopSignals
{
    public const string Missed = "loop_missed";
    public const string Recovered = "loop_recovered";

    // A handful a minute at most, since they are throttled.
    private const int Capacity = 16;
    private const long MostHistoryBytes = 64 << 10;

    private static readonly Schema Count = DataTypes.Int64.Schema with { Minimum = 0 };

    public static IReadOnlyList<SignalDescription> All { get; } =
    [
        new SignalDescription<LoopMiss>
        {
            Name = Missed,
            DataType = JsonFormat.Create<LoopMiss>(new LoopMissConverter(), Object(
                new("turn", Count with { Description = "Which turn it was, counted from 0 since the task was started." }, Required: true),
                new("late", DataTypes.Seconds.Schema with { Description = "How long after its deadline the turn ended." }, Required: true),
                new("misses", Count with { Description = "How many there were since the quiet time, this one included." }, Required: true))),
            Capacity = Capacity,
            MostHistoryBytes = MostHistoryBytes,
            Description = "The loop has missed a deadline: the first time after a quiet time, the tenth, then at every doubling.",
        },
        new SignalDescription<LoopRecovery>
        {
            Name = Recovered,
            DataType = JsonFormat.Create<LoopRecovery>(new LoopRecoveryConverter(), Object(
                new("turn", Count with { Description = "The turn at whose end that was seen." }, Required: true),
                new("misses", Count with { Description = "How many there were." }, Required: true),
                new("over", DataTypes.Seconds.Schema with { Description = "From the first to the last of them." }, Required: true))),
            Capacity = Capacity,
            MostHistoryBytes = MostHistoryBytes,
            Description = "The loop has missed no deadline for 10 s, or 10 periods when that is longer.",
        },
    ];

    private static Schema Object(params SchemaProperty[] properties) => new() { Type = SchemaType.Object, Properties = properties };

    private sealed class LoopMissConverter : JsonConverter<LoopMiss>
    {
        public override LoopMiss Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var turn = new JsonMember<long>("turn"u8);
            var late = new JsonMember<TimeSpan>("late"u8);
            var misses = new JsonMember<long>("misses"u8);
            JsonMembers.Begin(ref reader);
            while (JsonMembers.MoveNext(ref reader))
            {
                if (!turn.TryRead(ref reader, DataTypes.Int64) && !late.TryRead(ref reader, DataTypes.Seconds) && !misses.TryRead(ref reader, DataTypes.Int64))
                    JsonMembers.Skip(ref reader);
            }

            return new LoopMiss(turn.Required, late.Required, misses.Required);
        }

        public override void Write(Utf8JsonWriter writer, LoopMiss value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            DataTypes.Int64.WriteMember(writer, "turn"u8, value.Turn);
            DataTypes.Seconds.WriteMember(writer, "late"u8, value.Late);
            DataTypes.Int64.WriteMember(writer, "misses"u8, value.Misses);
            writer.WriteEndObject();
        }
    }

    private sealed class LoopRecoveryConverter : JsonConverter<LoopRecovery>
    {
        public override LoopRecovery Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var turn = new JsonMember<long>("turn"u8);
            var misses = new JsonMember<long>("misses"u8);
            var over = new JsonMember<TimeSpan>("over"u8);
            JsonMembers.Begin(ref reader);
            while (JsonMembers.MoveNext(ref reader))
            {
                if (!turn.TryRead(ref reader, DataTypes.Int64) && !misses.TryRead(ref reader, DataTypes.Int64) && !over.TryRead(ref reader, DataTypes.Seconds))
                    JsonMembers.Skip(ref reader);
            }

            return new LoopRecovery(turn.Required, misses.Required, over.Required);
        }

        public override void Write(Utf8JsonWriter writer, LoopRecovery value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            DataTypes.Int64.WriteMember(writer, "turn"u8, value.Turn);
            DataTypes.Int64.WriteMember(writer, "misses"u8, value.Misses);
            DataTypes.Seconds.WriteMember(writer, "over"u8, value.Over);
            writer.WriteEndObject();
        }
    }
}
