using System.Text;

namespace Qmi.Edge.Bridge;

/// <summary>A message from this process to itself: when it comes back, the broker has done all that it was asked before.</summary>
internal sealed class Echo(ClientLink link, TimeSpan timeout) : Delivery(link, ClientTopics.Oneself, "an echo", timeout)
{
    protected override bool TryPublish(TimeSpan left) => Link.TryPublish(new MqttPublication
    {
        Topic = Encoding.UTF8.GetBytes(Link.Topics.Reply(ClientTopics.Oneself, Number)),
        Payload = "{}"u8,
        Qos = MqttQos.AtLeastOnce,
        Token = Number,
    });

    /// <summary>Waits for it.</summary>
    public static async Task WaitAsync(ClientLink link, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var echo = new Echo(link, timeout);
        try
        {
            link.Add(echo);
            await echo.WaitAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            link.Remove(echo);
        }
    }
}
