using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Follows a certificate to an authority, by the names and the signatures. The framework's own way would bring an HTTP client into every box
/// (it can fetch what is missing), for a third of the program's size and a tenth of its memory.
/// </summary>
internal static class CertificateChain
{
    // Longer than any that is made on purpose.
    private const int LongestChain = 8;

    private static readonly Dictionary<string, HashAlgorithmName> Hashes = new()
    {
        ["1.2.840.10045.4.3.2"] = HashAlgorithmName.SHA256,
        ["1.2.840.10045.4.3.3"] = HashAlgorithmName.SHA384,
        ["1.2.840.10045.4.3.4"] = HashAlgorithmName.SHA512,
        ["1.2.840.113549.1.1.11"] = HashAlgorithmName.SHA256,
        ["1.2.840.113549.1.1.12"] = HashAlgorithmName.SHA384,
        ["1.2.840.113549.1.1.13"] = HashAlgorithmName.SHA512,
    };

    /// <summary>Where the way to an authority ends; null when it is found.</summary>
    /// <param name="chain">The certificate, and others that it may come by.</param>
    /// <param name="authorities">Those that are trusted.</param>
    /// <param name="now">Wall clock.</param>
    public static string? FindTrouble(X509Certificate2Collection chain, X509Certificate2Collection authorities, DateTimeOffset now)
    {
        var current = chain[0];
        for (var length = 1; length <= LongestChain; length++)
        {
            if (FindIssuer(current, authorities, now) is not null)
                return null;
            if (FindIssuer(current, chain, now) is not { } next)
                return $"of \"{current.Issuer}\", who signed \"{current.Subject}\", there is no valid certificate";
            current = next;
        }

        return "its chain goes round in circles";
    }

    private static X509Certificate2? FindIssuer(X509Certificate2 certificate, X509Certificate2Collection among, DateTimeOffset now) => among.FirstOrDefault(issuer =>
        issuer.SubjectName.Name == certificate.IssuerName.Name && MayIssue(issuer) && now >= issuer.NotBefore && now < issuer.NotAfter && HasSigned(issuer, certificate));

    private static bool MayIssue(X509Certificate2 issuer) => issuer.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is null or { CertificateAuthority: true };

    private static bool HasSigned(X509Certificate2 issuer, X509Certificate2 certificate)
    {
        // Of other ways to sign the broker is the judge.
        if (!Hashes.TryGetValue(certificate.SignatureAlgorithm.Value ?? "", out var hash))
            return true;
        try
        {
            var parts = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.DER).ReadSequence();
            var signed = parts.ReadEncodedValue().Span;
            parts.ReadEncodedValue();
            var signature = parts.ReadBitString(out _);
            using var curve = issuer.GetECDsaPublicKey();
            using var rsa = issuer.GetRSAPublicKey();
            return curve?.VerifyData(signed, signature, hash, DSASignatureFormat.Rfc3279DerSequence) ?? rsa?.VerifyData(signed, signature, hash, RSASignaturePadding.Pkcs1) ?? false;
        }
        catch (Exception exception) when (exception is CryptographicException or AsnContentException)
        {
            return false;
        }
    }
}
