using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Makes a connection that is not begun. The bridge needs several, each with a client identifier of its own, and makes a new one when an
/// old one hangs.
/// </summary>
/// <param name="customise">What the bridge changes in the options that somebody configured: the client identifier, the will.</param>
/// <param name="logger">Where it logs.</param>
public delegate IMqttConnection MqttConnect(Func<MqttOptions, MqttOptions> customise, ILogger logger);
