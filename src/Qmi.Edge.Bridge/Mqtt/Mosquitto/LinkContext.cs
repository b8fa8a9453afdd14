using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Bridge;

/// <summary>What a link works with and does not own.</summary>
/// <param name="Options">How to connect.</param>
/// <param name="Outbox">What to send.</param>
/// <param name="Doorbell">Rings when there is something new in the outbox or to be decided.</param>
/// <param name="Events">Whom to tell; does not throw.</param>
/// <param name="Logger">Where to log.</param>
/// <param name="TimeProvider">The clock.</param>
/// <param name="Redeliveries">Knows what arrived in the connections before.</param>
/// <param name="Number">Which connection it will be.</param>
/// <param name="Connected">Called when the broker has accepted it, before anything else is told.</param>
internal sealed record LinkContext(MqttOptions Options, Outbox Outbox, Doorbell Doorbell, IMqttEvents Events, ILogger Logger, TimeProvider TimeProvider, RedeliveryMemory Redeliveries, long Number, Action<MqttSession> Connected);
