using System.Text;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// The built-in signals of a task in another process: its settings and its status are documents there, and each new one is a value. What the
/// broker has kept from before somebody received is not new.
/// </summary>
/// <param name="inlet">Where the values go.</param>
/// <param name="read">Takes from a document what identifies the value, its time and the value itself; null when there is none.</param>
internal sealed class RemoteDocumentFeed(SignalInlet inlet, Func<JsonElement, RemoteDocumentValue?> read) : IRemoteFeed
{
    private RemoteDocumentValue? _last;
    private bool _knowsLast;
    private long _count;

    public bool IsStream => false;

    public void Begin() => (_last, _knowsLast) = (null, false);

    public void Take(ClientMessage message)
    {
        // A document that was cleared: the task is gone.
        if (message.Payload.Length == 0)
            return;
        var value = read(EnvelopeReader.Parse(message.Payload));
        var isOld = !_knowsLast && (message.IsRetained || value is { IsInitial: true });
        var isKnown = _knowsLast && value?.Identity == _last?.Identity;
        (_last, _knowsLast) = (value, true);
        if (isOld || isKnown || value is not { } news)
            return;
        inlet.Add(Encoding.UTF8.GetBytes($"[{news.Value.GetRawText()}]"), new SignalBatch(_count++, 1, news.Time, new long[1], news.Quality), lost: 0);
    }

    /// <summary>The settings that came into effect: a new revision is a new value. Those that the task began with were never pushed.</summary>
    public static RemoteDocumentValue? ReadSettings(JsonElement document) =>
        document.TryGetProperty("reported", out var reported) && reported.ValueKind == JsonValueKind.Object
            ? new RemoteDocumentValue(reported.GetProperty("rev").GetRawText(), reported.GetProperty("at").GetDateTimeOffset(), reported.GetProperty("values")) { IsInitial = reported.GetProperty("rev").GetInt64() == 0 }
            : null;

    /// <summary>The status: every document is a new value.</summary>
    public static RemoteDocumentValue? ReadStatus(JsonElement document) =>
        document.TryGetProperty("values", out var values) && values.ValueKind != JsonValueKind.Null
            ? new RemoteDocumentValue($"{document.GetProperty("boot").GetString()} {document.GetProperty("seq").GetInt64()}", document.GetProperty("ts").GetDateTimeOffset(), values) { Quality = document.TryGetProperty("q", out var quality) ? ReceivedBatch.QualityOf(quality.GetInt32()) : Quality.Good }
            : null;
}

/// <summary>A value that a document shows.</summary>
/// <param name="Identity">The same when the document shows the same value again.</param>
/// <param name="Time">Since when, wall clock.</param>
/// <param name="Value">The value.</param>
internal sealed record RemoteDocumentValue(string Identity, DateTimeOffset Time, JsonElement Value)
{
    /// <summary>Whether it was there from the beginning.</summary>
    public bool IsInitial { get; init; }

    /// <summary>How far it can be trusted.</summary>
    public Quality Quality { get; init; }
}
