using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Bridge;

/// <summary>What the connection logs. Event ids are fixed: 4100 to 4119.</summary>
internal static partial class MosquittoLog
{
    [LoggerMessage(4100, LogLevel.Information, "Connected to {Host}:{Port} as {ClientId}: MQTT {Version}, session present: {SessionPresent}")]
    public static partial void Connected(this ILogger logger, string host, int port, string clientId, string version, bool sessionPresent);

    [LoggerMessage(4101, LogLevel.Warning, "Connection to {Host}:{Port} ended: {Reason} ({Text}); next attempt in {Delay}")]
    public static partial void ConnectionEnded(this ILogger logger, string host, int port, MqttReason reason, string text, TimeSpan delay);

    [LoggerMessage(4102, LogLevel.Warning, "No connection to {Host}:{Port}: {Reason} ({Text}); trying again until there is one, next in {Delay}")]
    public static partial void AttemptFailed(this ILogger logger, string host, int port, MqttReason reason, string text, TimeSpan delay);

    [LoggerMessage(4103, LogLevel.Debug, "Still no connection to {Host}:{Port}: {Reason}; next attempt in {Delay}")]
    public static partial void AttemptFailedAgain(this ILogger logger, string host, int port, MqttReason reason, TimeSpan delay);

    [LoggerMessage(4104, LogLevel.Information, "Connection to {Host}:{Port} stopped; everything sent and said: {Complete}")]
    public static partial void Stopped(this ILogger logger, string host, int port, bool complete);

    [LoggerMessage(4105, LogLevel.Error, "A handler of {Event} threw; the connection goes on")]
    public static partial void HandlerThrew(this ILogger logger, string @event, Exception exception);

    [LoggerMessage(4106, LogLevel.Warning, "The publication on {Topic} was not taken: {Reason}")]
    public static partial void PublicationRefused(this ILogger logger, string topic, MqttReason reason);

    [LoggerMessage(4107, LogLevel.Error, "Defect in the connection")]
    public static partial void Defect(this ILogger logger, Exception exception);

    [LoggerMessage(4108, LogLevel.Error, "The connection's thread did not stop within {Patience}: a handler holds it up")]
    public static partial void ThreadStuck(this ILogger logger, TimeSpan patience);

    [LoggerMessage(4109, LogLevel.Information, "{Host}:{Port} does not speak MQTT 5; trying 3.1.1")]
    public static partial void FallingBack(this ILogger logger, string host, int port);

    [LoggerMessage(4111, LogLevel.Warning, "{Host}:{Port} does not take the will as it is ({Reason}); trying with less")]
    public static partial void LimitingWill(this ILogger logger, string host, int port, MqttReason reason);

    [LoggerMessage(4110, LogLevel.Information, "Connecting anew to {Host}:{Port}, as was asked")]
    public static partial void Renewing(this ILogger logger, string host, int port);
}
