namespace Qmi.Edge.Bridge;

/// <summary>How far a connection has come.</summary>
internal enum LinkPhase
{
    /// <summary>TCP is connecting.</summary>
    Reaching,

    /// <summary>TCP is connected; TLS and CONNECT are under way.</summary>
    Greeting,

    /// <summary>The broker accepted it.</summary>
    Connected,
}
