using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Qmi.Edge.Testing;

/// <summary>A certificate authority for one test, and what it signs, as PEM text.</summary>
public sealed class TestCertificates : IDisposable
{
    private const string ForClients = "1.3.6.1.5.5.7.3.2";
    private const string ForServers = "1.3.6.1.5.5.7.3.1";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;
    private byte _serial;

    /// <param name="name">Common name of the authority.</param>
    /// <param name="end">When it ends; null = in ten years.</param>
    public TestCertificates(string name = "test authority", DateTimeOffset? end = null)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-1), end ?? DateTimeOffset.UtcNow.AddYears(10));
    }

    /// <summary>The authority's certificate.</summary>
    public string Authority => _authority.ExportCertificatePem();

    /// <summary>A certificate and its key, for a server at this name and, for an address, at this address; or for a client.</summary>
    /// <param name="name">Common name.</param>
    /// <param name="end">When it ends; null = in a year.</param>
    public (string Certificate, string Key) Issue(string name, DateTimeOffset? end = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return (Sign(request, DateTimeOffset.UtcNow.AddHours(-1), end ?? DateTimeOffset.UtcNow.AddYears(1)), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Signs a request as it is.</summary>
    public string Sign(string request, DateTimeOffset? begin = null, DateTimeOffset? end = null) =>
        Sign(Load(request), begin ?? DateTimeOffset.UtcNow.AddHours(-1), end ?? DateTimeOffset.UtcNow.AddYears(1));

    /// <summary>Signs the key of a request for another name.</summary>
    public string SignFor(string subject, string request) => Sign(new CertificateRequest(new X500DistinguishedName(subject), Load(request).PublicKey, HashAlgorithmName.SHA256), DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddYears(1));

    /// <summary>Signs the key and the name of a request for a server.</summary>
    public string SignForServer(string request)
    {
        var loaded = Load(request);
        var other = new CertificateRequest(loaded.SubjectName, loaded.PublicKey, HashAlgorithmName.SHA256);
        other.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ForServers)], false));
        return Sign(other, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddYears(1));
    }

    /// <summary>Subject of a request, and whether it asks for a client's certificate.</summary>
    public static (string Subject, bool IsForClient) Describe(string request)
    {
        var loaded = Load(request);
        var usages = loaded.CertificateExtensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(extension => extension.EnhancedKeyUsages.Cast<Oid>());
        return (loaded.SubjectName.Name, usages.Any(usage => usage.Value == ForClients));
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
    }

    private string Sign(CertificateRequest request, DateTimeOffset begin, DateTimeOffset end)
    {
        using var certificate = request.Create(_authority.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), begin, end, [++_serial]);
        return certificate.ExportCertificatePem();
    }

    private static CertificateRequest Load(string request) =>
        CertificateRequest.LoadSigningRequestPem(request, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
}
