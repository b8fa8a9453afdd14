namespace Qmi.Edge.Bridge;

/// <summary>Which addresses of a host to try.</summary>
internal enum AddressFamilyChoice
{
    /// <summary>Whichever the system lists first.</summary>
    Any,

    /// <summary>Only IPv4.</summary>
    Inet,

    /// <summary>Only IPv6.</summary>
    Inet6,
}
