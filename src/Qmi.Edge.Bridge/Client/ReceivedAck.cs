using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>What a box says of a push, as <see cref="AckWriter"/> writes it.</summary>
internal sealed record ReceivedAck(string? Id, long? Revision, string State, long? Turn, QmiException? Error)
{
    public bool IsFinal => State != "pending";

    /// <exception cref="QmiException">It is no JSON.</exception>
    public static ReceivedAck Read(ReadOnlySpan<byte> payload)
    {
        var root = EnvelopeReader.Parse(payload);
        var state = ErrorReader.Text(root, "state") ?? throw new JsonException("An ack has a state.");
        return new ReceivedAck(ErrorReader.Text(root, "id"), Number(root, "rev"), state, Number(root, "turn"), state is "pending" or "applied" or "superseded" ? null : ReadError(root, state));
    }

    /// <summary>What became of the push.</summary>
    public SettingsOutcome ToOutcome(long revision) => State switch
    {
        "applied" => new SettingsOutcome(SettingsResult.Applied, revision, Turn),
        "superseded" => new SettingsOutcome(SettingsResult.Superseded, revision),
        "expired" => new SettingsOutcome(SettingsResult.Expired, revision, Error: Error),
        _ => new SettingsOutcome(SettingsResult.Failed, revision, Error: Error),
    };

    // The ack has the members of an error, but not in one place.
    private static QmiException ReadError(JsonElement root, string state)
    {
        var error = ErrorDocument.Read(root);
        return new QmiException(error.Code, ErrorReader.Text(root, "message") ?? $"The push was {state}.", error.Executed)
        {
            Violations = root.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array ? ErrorDocument.ReadViolations(errors) : [],
            Details = new Dictionary<string, object?> { ["state"] = state, ["head_rev"] = Number(root, "head_rev") },
        };
    }

    private static long? Number(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
}
