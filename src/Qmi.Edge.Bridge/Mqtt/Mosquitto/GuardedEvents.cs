using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Bridge;

/// <summary>Calls the owner's handlers; what they throw is logged and ends here, since under them is C and a connection that others need.</summary>
internal sealed class GuardedEvents(IMqttEvents events, ILogger logger) : IMqttEvents
{
    public void OnConnected(MqttSession session)
    {
        try
        {
            events.OnConnected(session);
        }
        catch (Exception exception)
        {
            logger.HandlerThrew(nameof(OnConnected), exception);
        }
    }

    public void OnDisconnected(MqttDisconnection disconnection)
    {
        try
        {
            events.OnDisconnected(disconnection);
        }
        catch (Exception exception)
        {
            logger.HandlerThrew(nameof(OnDisconnected), exception);
        }
    }

    public void OnMessage(in MqttMessage message)
    {
        try
        {
            events.OnMessage(message);
        }
        catch (Exception exception)
        {
            logger.HandlerThrew(nameof(OnMessage), exception);
        }
    }

    public void OnAcknowledged(long token, MqttReason reason)
    {
        try
        {
            events.OnAcknowledged(token, reason);
        }
        catch (Exception exception)
        {
            logger.HandlerThrew(nameof(OnAcknowledged), exception);
        }
    }

    public void OnSubscribed(MqttSubscription subscription, MqttReason reason)
    {
        try
        {
            events.OnSubscribed(subscription, reason);
        }
        catch (Exception exception)
        {
            logger.HandlerThrew(nameof(OnSubscribed), exception);
        }
    }

    public void OnUnsubscribed(string filter, MqttReason reason)
    {
        try
        {
            events.OnUnsubscribed(filter, reason);
        }
        catch (Exception exception)
        {
            logger.HandlerThrew(nameof(OnUnsubscribed), exception);
        }
    }

    public void OnRoom()
    {
        try
        {
            events.OnRoom();
        }
        catch (Exception exception)
        {
            logger.HandlerThrew(nameof(OnRoom), exception);
        }
    }
}
