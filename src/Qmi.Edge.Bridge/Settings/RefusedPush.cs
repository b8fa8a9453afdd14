using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>A push that no task has seen, and why. Its id is looked for when it is answered, which not each one of a flood is.</summary>
internal sealed record RefusedPush(string Caller, byte[] Payload, QmiException Error, DateTimeOffset At, long Order = 0)
{
    public SettingsAck ToAck() => new(Caller, PushBodyReader.FindId(Payload), null, SettingsAckState.Rejected, At)
    {
        Error = Error,
        Road = PushRoad.Topic,
        Order = Order,
    };
}
