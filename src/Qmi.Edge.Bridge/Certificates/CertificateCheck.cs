using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Looks at a new certificate before it is put in place: whatever would keep the box from the broker is told, and nothing is changed.</summary>
internal static class CertificateCheck
{
    /// <summary>The extended key usage of a client.</summary>
    public const string ForClients = "1.3.6.1.5.5.7.3.2";

    private const string CommonName = "2.5.4.3";

    /// <summary>When a certificate that can be used ends.</summary>
    /// <param name="pem">The certificate, with its chain after it.</param>
    /// <param name="key">The key that it must be for.</param>
    /// <param name="box">Name of the box that it must be for.</param>
    /// <param name="caFile">The authorities that it must come from.</param>
    /// <param name="now">Wall clock.</param>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/>, with the reason.</exception>
    public static DateTimeOffset ThrowIfUnusable(string pem, ECDsa key, string box, string caFile, DateTimeOffset now)
    {
        if (PemFile.TryParse(pem, out var trouble) is not { } chain)
            throw Refuse("format", trouble);
        var certificate = chain[0];
        if (!IsFor(certificate, key))
            throw Refuse("key", "it is for another key. Have the request signed that rotate_cert without arguments gave last: each call makes a new key.");
        if (NamesOf(certificate) is not [var name] || name != box)
            throw Refuse("name", $"its subject is \"{certificate.Subject}\", and the broker knows the box by its common name: CN={box}.");
        ThrowIfNotNow(certificate, now);
        ThrowIfNotForClients(certificate);
        ThrowIfOfAnother(chain, caFile, now);
        return certificate.NotAfter.ToUniversalTime();
    }

    private static bool IsFor(X509Certificate2 certificate, ECDsa key)
    {
        using var other = certificate.GetECDsaPublicKey();
        if (other is null)
            return false;
        var (mine, its) = (key.ExportParameters(false).Q, other.ExportParameters(false).Q);
        return mine.X.AsSpan().SequenceEqual(its.X) && mine.Y.AsSpan().SequenceEqual(its.Y);
    }

    private static List<string?> NamesOf(X509Certificate2 certificate) =>
    [
        .. certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonName)
            .Select(part => part.GetSingleElementValue()),
    ];

    private static void ThrowIfNotNow(X509Certificate2 certificate, DateTimeOffset now)
    {
        var (begin, end) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        if (now < begin)
            throw Refuse("validity", $"it begins on {Format(begin)}, and here it is {Format(now.UtcDateTime)}: look at the clocks of box and authority.");
        if (now >= end)
            throw Refuse("validity", $"it has ended on {Format(end)}, and here it is {Format(now.UtcDateTime)}.");
    }

    // A certificate that says nothing about what it is for is for everything.
    private static void ThrowIfNotForClients(X509Certificate2 certificate)
    {
        var usages = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToList();
        if (usages.Count > 0 && !usages.Exists(usage => usage.EnhancedKeyUsages.Cast<Oid>().Any(purpose => purpose.Value == ForClients)))
            throw Refuse("usage", "it is not for a client: have it signed with the extended key usage clientAuth, or with none.");
    }

    private static void ThrowIfOfAnother(X509Certificate2Collection chain, string caFile, DateTimeOffset now)
    {
        if (PemFile.TryReadCertificates(caFile, out var unreadable) is not { } authorities)
            throw new QmiException(ErrorCode.WrongState, $"Whether the certificate comes from a known authority cannot be found out: {unreadable}");
        if (CertificateChain.FindTrouble(chain, authorities, now) is { } trouble)
            throw Refuse("authority", $"it does not come from an authority in {caFile}: {trouble}. Give its chain with it, the box's own certificate first.");
    }

    private static QmiException Refuse(string code, string reason) => new(ErrorCode.BadArgs, $"The certificate is not taken: {reason}")
    {
        Violations = [new SchemaViolation("/certificate", code, reason)],
    };

    private static string Format(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";
}
