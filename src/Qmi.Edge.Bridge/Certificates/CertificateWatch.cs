using System.Security.Cryptography.X509Certificates;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Tells by alarms, while there is time, that a certificate ends, and at once that a file cannot be used. It looks when it is started, at each
/// connect, every day, and at the moments when something becomes worse. The box itself does not mind: whatever has ended, tasks go on.
/// </summary>
internal sealed class CertificateWatch : IDisposable
{
    public const string CertificateAlarm = "certificate";
    public const string KeyAlarm = "certificate-key";
    public const string AuthorityAlarm = "certificate-authority";

    private const string Expires = "CERTIFICATE_EXPIRES";
    private const string Unreadable = "CERTIFICATE_UNREADABLE";

    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    // A timer may be early by a little: then the next look is not at once, over and over.
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly EdgeBox _box;
    private readonly MqttTls _tls;
    private readonly ITimer _timer;
    private bool _disposed;

    public CertificateWatch(EdgeBox box, MqttTls tls)
    {
        (_box, _tls) = (box, tls);
        _timer = box.TimeProvider.CreateTimer(static watch => ((CertificateWatch)watch!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Looks as soon as may be, on another thread: reading a file may take its time.</summary>
    public void LookSoon() => _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        lock (_gate)
            _disposed = true;
        _timer.Dispose();
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            var own = LookAtCertificate();
            var authority = LookAtAuthorities(own.Issuer);
            var next = Shortest(Interval, own.UntilWorse, authority);
            _timer.Change(next > ShortestInterval ? next : ShortestInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private (string? Issuer, TimeSpan UntilWorse) LookAtCertificate()
    {
        if (_tls is not { CertificateFile: { } file, KeyFile: { } keyFile })
            return (null, TimeSpan.MaxValue);
        if (PemFile.TryReadCertificates(file, out var trouble) is not { } chain)
        {
            RaiseUnreadable(CertificateAlarm, $"The box's certificate cannot be used: {trouble}");
            _box.Alarms.Clear(KeyAlarm);
            return (null, TimeSpan.MaxValue);
        }

        // The chain is as good as the first of it that ends.
        var first = chain.MinBy(certificate => certificate.NotAfter)!;
        var expiry = ExpiryOf(first);
        Report(CertificateAlarm, expiry, expiry.IsOver
            ? $"The box's certificate in {file} {expiry}: brokers that ask for it refuse the box, which goes on by itself, unseen. Put a new certificate and its key in place of the files."
            : $"The box's certificate in {file}{(first == chain[0] ? "" : $", or rather that of {first.Subject} which it comes with,")} {expiry}: renew it by rotate_cert of _box, or the broker will refuse the box.");
        if (PemFile.FindKeyTrouble(chain[0], keyFile) is { } keyTrouble)
            RaiseUnreadable(KeyAlarm, $"The key of the box's certificate cannot be used: {keyTrouble}");
        else
            _box.Alarms.Clear(KeyAlarm);
        return (chain[^1].Issuer, expiry.UntilWorse);
    }

    private TimeSpan LookAtAuthorities(string? issuer)
    {
        if (PemFile.TryReadCertificates(_tls.CaFile, out var trouble) is not { } authorities)
        {
            RaiseUnreadable(AuthorityAlarm, $"The authorities that the broker is trusted by cannot be used: {trouble}");
            return TimeSpan.MaxValue;
        }

        // Of a list of many it matters when the last one ends; of those that the box itself is known by, when theirs does.
        var relevant = authorities.Where(authority => authority.Subject == issuer).ToList();
        var last = (relevant.Count > 0 ? relevant : [.. authorities]).MaxBy(authority => authority.NotAfter)!;
        var expiry = ExpiryOf(last);
        Report(AuthorityAlarm, expiry, $"The authority {last.Subject} in {_tls.CaFile} {expiry}: {(expiry.IsOver
            ? "nothing that it has signed is taken any more, and the box goes on by itself, unseen. Put its successor into the file."
            : "put its successor into the file before that, beside it, and have the certificates of broker and boxes signed by it.")}");
        return expiry.UntilWorse;
    }

    private CertificateExpiry ExpiryOf(X509Certificate2 certificate) => new(certificate.NotAfter.ToUniversalTime(), _box.TimeProvider.GetUtcNow());

    private void Report(string id, CertificateExpiry expiry, string text)
    {
        if (expiry.Severity is { } severity)
            _box.Alarms.Raise(id, severity, Expires, text);
        else
            _box.Alarms.Clear(id);
    }

    private void RaiseUnreadable(string id, string text) => _box.Alarms.Raise(id, AlarmSeverity.Error, Unreadable, text);

    private static TimeSpan Shortest(params ReadOnlySpan<TimeSpan> times)
    {
        var shortest = TimeSpan.MaxValue;
        foreach (var time in times)
            shortest = time < shortest ? time : shortest;
        return shortest;
    }
}
