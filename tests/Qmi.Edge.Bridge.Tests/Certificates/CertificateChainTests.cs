using System.Security.Cryptography.X509Certificates;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>The way from a certificate to an authority, on certificates that openssl has made: its verdict is what counts at the broker.</summary>
public sealed class CertificateChainTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qmi-chain-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("ec -pkeyopt ec_paramgen_curve:P-256", "-sha256")]
    [InlineData("ec -pkeyopt ec_paramgen_curve:P-384", "-sha384")]
    [InlineData("rsa:2048", "-sha256")]
    [InlineData("rsa:2048", "-sha512")]
    public void Every_usual_way_to_sign_is_understood(string key, string hash)
    {
        Make($"""
            openssl req -x509 -newkey {key} {hash} -nodes -days 30 -subj /CN=root -keyout root.key -out root.pem
            openssl req -newkey {key} -nodes -subj /CN=box07 -keyout box.key -out box.csr
            openssl x509 -req -in box.csr {hash} -CA root.pem -CAkey root.key -CAcreateserial -days 30 -out box.pem
            openssl req -x509 -newkey {key} {hash} -nodes -days 30 -subj /CN=root -keyout impostor.key -out impostor.pem
            """);

        AssertLikeOpenssl("root.pem", "box.pem");
        AssertLikeOpenssl("impostor.pem", "box.pem");
        Assert.Null(FindTrouble("root.pem", "box.pem"));
        Assert.Equal("of \"CN=root\", who signed \"CN=box07\", there is no valid certificate", FindTrouble("impostor.pem", "box.pem"));
    }

    [Fact]
    public void The_way_may_lead_over_others_that_may_sign()
    {
        Make("""
            new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=$1 -keyout $1.key -out $1.csr; }
            sign() { openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -days 30 -extfile <(echo basicConstraints=critical,CA:$3) -out $1.pem; }
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=root -keyout root.key -out root.pem
            new lab; sign lab root TRUE
            new hall; sign hall lab TRUE
            new box; sign box hall FALSE
            new neighbour; sign neighbour box FALSE
            cat box.pem lab.pem hall.pem >whole.pem
            cat box.pem lab.pem >gap.pem
            cat neighbour.pem box.pem hall.pem lab.pem >neighbourly.pem
            """);

        foreach (var chain in new[] { "whole.pem", "gap.pem", "neighbourly.pem" })
            AssertLikeOpenssl("root.pem", chain);
        Assert.Null(FindTrouble("root.pem", "whole.pem"));
        Assert.Contains("\"CN=hall\"", FindTrouble("root.pem", "gap.pem"), StringComparison.Ordinal);
        // A box may not make boxes.
        Assert.Contains("\"CN=box\"", FindTrouble("root.pem", "neighbourly.pem"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_authority_that_has_ended_or_not_begun_is_none()
    {
        using var authority = new TestCertificates(end: DateTimeOffset.UtcNow.AddDays(1));
        Write("ca.pem", authority.Authority);
        Write("box.pem", authority.Issue("box07").Certificate);

        Assert.Null(FindTrouble("ca.pem", "box.pem"));
        Assert.NotNull(FindTrouble("ca.pem", "box.pem", DateTimeOffset.UtcNow.AddDays(2)));
        Assert.NotNull(FindTrouble("ca.pem", "box.pem", DateTimeOffset.UtcNow.AddYears(-2)));
    }

    private void AssertLikeOpenssl(string authorities, string chain)
    {
        using var openssl = new ChildProcess("openssl", _folder, ["verify", "-CAfile", authorities, "-untrusted", chain, chain]);
        Assert.Equal(openssl.WaitForExit() == 0, FindTrouble(authorities, chain) is null);
    }

    private string? FindTrouble(string authorities, string chain, DateTimeOffset? now = null) => CertificateChain.FindTrouble(Read(chain), Read(authorities), now ?? DateTimeOffset.UtcNow);

    private X509Certificate2Collection Read(string file)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(Path.Combine(_folder, file));
        return certificates;
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_folder, file), text);

    private void Make(string commands)
    {
        using var shell = new ChildProcess("bash", _folder, ["-euc", commands]);
        Assert.True(shell.WaitForExit() == 0, string.Join('\n', shell.Errors));
    }
}
