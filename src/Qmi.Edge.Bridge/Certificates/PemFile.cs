using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Certificates and keys as files of PEM text.</summary>
internal static class PemFile
{
    // The two kinds of keys that can be compared here. Others work for TLS as well: of them it is not known whether they fit.
    private const string RsaOid = "1.2.840.113549.1.1.1";
    private const string EllipticCurveOid = "1.2.840.10045.2.1";

    /// <summary>The certificates in a file, at least one; null when there is none, and then <paramref name="trouble"/> says why.</summary>
    public static X509Certificate2Collection? TryReadCertificates(string file, out string trouble)
    {
        if (TryReadText(file, out trouble) is not { } text)
            return null;
        var certificates = TryParse(text, out trouble);
        trouble = certificates is null ? $"{file}: {trouble}" : "";
        return certificates;
    }

    /// <summary>The certificates in a text, at least one; null when there is none.</summary>
    public static X509Certificate2Collection? TryParse(string text, out string trouble)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
            trouble = "there is no certificate in it: it must hold \"-----BEGIN CERTIFICATE-----\" and what follows.";
            return certificates.Count > 0 ? certificates : null;
        }
        catch (CryptographicException exception)
        {
            trouble = $"what is in it is no certificate ({exception.Message}).";
            return null;
        }
    }

    /// <summary>What is wrong with a key; null when nothing is, or when it cannot be known.</summary>
    public static string? FindKeyTrouble(X509Certificate2 certificate, string keyFile)
    {
        if (TryReadText(keyFile, out var trouble) is not { } text)
            return trouble;
        if (certificate.PublicKey.Oid.Value is not (RsaOid or EllipticCurveOid))
            return null;
        try
        {
            using var together = X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), text);
            return null;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return $"{keyFile} is no key for the certificate of {certificate.Subject} ({exception.Message}).";
        }
    }

    private static string? TryReadText(string file, out string trouble)
    {
        trouble = "";
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            trouble = FileTrouble.Describe(file, exception);
            return null;
        }
    }
}
