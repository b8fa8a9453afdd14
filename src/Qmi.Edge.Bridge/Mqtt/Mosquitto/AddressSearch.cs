using System.Net;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Goes through the address families of a host. A connect that does not block tries one address only, and for many hosts ("localhost"
/// among them) that is an IPv6 one on which no broker listens. Where one was found, the search begins the next time.
/// </summary>
internal sealed class AddressSearch(string host)
{
    private readonly bool _isAddress = IPAddress.TryParse(host, out _);
    private readonly HashSet<AddressFamilyChoice> _tried = [];

    /// <summary>What to try.</summary>
    public AddressFamilyChoice Family { get; private set; }

    /// <summary>
    /// What to bind the socket to so that libmosquitto passes over the addresses of the other family: any of the family, or null.
    /// </summary>
    public static string? GetBindAddress(AddressFamilyChoice family) => family switch
    {
        AddressFamilyChoice.Inet => "0.0.0.0",
        AddressFamilyChoice.Inet6 => "::",
        _ => null,
    };

    /// <summary>There was nobody: goes to what is left to try in this round.</summary>
    /// <param name="domain">The domain of the socket that found nobody, where it is known.</param>
    /// <returns>False when nothing is left; the next round begins from the start.</returns>
    public bool TryNext(int? domain)
    {
        _tried.Add(Family);
        if (domain is Libc.FamilyInet)
            _tried.Add(AddressFamilyChoice.Inet);
        if (domain is Libc.FamilyInet6)
            _tried.Add(AddressFamilyChoice.Inet6);

        foreach (var family in (ReadOnlySpan<AddressFamilyChoice>)[AddressFamilyChoice.Inet, AddressFamilyChoice.Inet6])
        {
            if (!_isAddress && !_tried.Contains(family))
            {
                Family = family;
                return true;
            }
        }

        Family = AddressFamilyChoice.Any;
        _tried.Clear();
        return false;
    }

    /// <summary>A peer answered there: the next round begins with it.</summary>
    public void Found() => _tried.Clear();
}
