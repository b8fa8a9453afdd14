using System.Net;

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

/// <summary>
/// A connect that does not block tries one address only, and for many hosts ("localhost" among them) that is an IPv6 one on which no
/// broker listens. Binding the socket to "any" of the other family makes libmosquitto pass over the addresses of the first.
/// </summary>
internal static class AddressFamilies
{
    /// <summary>The address to bind to, or null.</summary>
    public static string? ToBindAddress(this AddressFamilyChoice family) => family switch
    {
        AddressFamilyChoice.Inet => "0.0.0.0",
        AddressFamilyChoice.Inet6 => "::",
        _ => null,
    };

    /// <summary>What to try after a socket of this domain found nobody; null when the host is an address and there is no choice.</summary>
    public static AddressFamilyChoice? GetOther(string host, int domain)
    {
        if (IPAddress.TryParse(host, out _))
            return null;
        return domain switch
        {
            Libc.FamilyInet => AddressFamilyChoice.Inet6,
            Libc.FamilyInet6 => AddressFamilyChoice.Inet,
            _ => null,
        };
    }
}
