using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Renews the box's certificate from afar: the key is made here and never leaves, the authority signs a request, and the signed certificate
/// stays only when a connection was made with it. Otherwise the old one comes back by itself: nobody is there to mend it.
/// </summary>
/// <param name="box">The box.</param>
/// <param name="tls">The files.</param>
/// <param name="files">The same, to be changed.</param>
/// <param name="patience">How long a new certificate may take to lead to a connection.</param>
/// <param name="renew">Connects anew, and tells the number of the newest connection before.</param>
/// <param name="logger">Where to log.</param>
internal sealed partial class CertificateRotation(EdgeBox box, MqttTls tls, CertificateFiles files, TimeSpan patience, Func<long> renew, ILogger logger) : IDisposable
{
    public const string Alarm = "certificate-rotation";

    // Held while files are read and written: never by the connection's thread.
    private readonly Lock _work = new();

    // Held for a moment.
    private readonly Lock _gate = new();
    private CertificateTrial? _trial;

    /// <summary>Puts right what a restart has cut, before the first connection.</summary>
    public void Start()
    {
        try
        {
            switch (files.Recover())
            {
                case FoundRenewal.OnTrial:
                    Begin(null, static () => 0);
                    break;
                case FoundRenewal.Undone:
                    Tell("The restart came in the middle of the installation of a new certificate: the old one is in force. Call rotate_cert with the new one again.");
                    break;
            }
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            Tell($"A renewal of the certificate that a restart has cut cannot be put right: {exception.Message}");
        }
    }

    /// <summary>Makes a new key and a request for its certificate, as PEM text. Waits for the disk.</summary>
    /// <exception cref="QmiException">A certificate is on trial, or the key cannot be kept.</exception>
    public string CreateRequest()
    {
        lock (_work)
        {
            ThrowIfOnTrial();
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={box.Name}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(CertificateCheck.ForClients)], critical: false));
            Keep(() => files.KeepNewKey(key.ExportPkcs8PrivateKeyPem() + "\n"));
            LogRequested(logger);
            return request.CreateSigningRequestPem() + "\n";
        }
    }

    /// <summary>Checks a certificate and puts it in place, on trial. Waits for the disk.</summary>
    /// <exception cref="QmiException">It cannot be used, and nothing has changed.</exception>
    public CertificateTrial Install(string pem)
    {
        lock (_work)
        {
            ThrowIfOnTrial();
            using var key = ReadNewKey();
            var end = CertificateCheck.ThrowIfUnusable(pem, key, box.Name, tls.CaFile, box.TimeProvider.GetUtcNow());
            Keep(() => files.Install(pem));
            LogInstalled(logger, patience);
            return Begin(end, renew);
        }
    }

    /// <summary>A connection was made. On the connection's thread: the rest is done elsewhere.</summary>
    public void OnConnected(long number)
    {
        lock (_gate)
        {
            if (_trial is not { IsOver: false } trial || number <= trial.After)
                return;
            trial.IsOver = true;
            _ = Task.Run(() => Pass(trial));
        }
    }

    /// <summary>An attempt to connect failed, or a connection ended.</summary>
    public void OnDisconnected(string reason)
    {
        lock (_gate)
        {
            if (_trial is { IsOver: false } trial)
                trial.LastFailure = reason;
        }
    }

    /// <summary>What is on trial stays so until the box is started again.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _trial?.Abandon();
            _trial = null;
        }
    }

    private CertificateTrial Begin(DateTimeOffset? end, Func<long> after)
    {
        lock (_gate)
        {
            // The number is taken while no connection can be told of: none of before counts for the new certificate.
            var trial = _trial = new CertificateTrial(end) { After = after() };
            trial.Timer = box.TimeProvider.CreateTimer(_ => Fail(trial), null, patience, Timeout.InfiniteTimeSpan);
            return trial;
        }
    }

    private void Pass(CertificateTrial trial) => End(trial, () =>
    {
        files.Keep();
        box.Alarms.Clear(Alarm);
        LogKept(logger);
        return null;
    });

    private void Fail(CertificateTrial trial)
    {
        lock (_gate)
        {
            if (trial.IsOver)
                return;
            trial.IsOver = true;
        }

        End(trial, () =>
        {
            files.GoBack();
            var reason = $"The new certificate led to no connection within {patience.TotalSeconds:F0} s ({trial.LastFailure ?? "there was no answer"}): the old one is in force again.";
            Tell($"{reason} The new one is kept beside it; find out why the broker refuses it, and call rotate_cert with it again.");
            renew();
            return reason;
        });
    }

    private void End(CertificateTrial trial, Func<string?> end)
    {
        string? reason;
        lock (_work)
        {
            try
            {
                reason = end();
            }
            catch (Exception exception)
            {
                // Nobody waits for this thread: what it cannot do is told by the alarm and to whoever called.
                reason = $"The trial of the new certificate could not be ended: {exception.Message}";
                Tell(reason);
            }

            lock (_gate)
            {
                if (_trial == trial)
                    _trial = null;
            }
        }

        trial.Dispose();
        trial.Complete(reason);
    }

    private ECDsa ReadNewKey()
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(files.ReadNewKey() ?? throw NoNewKey(null));
            return key;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException || FileTrouble.Is(exception))
        {
            key.Dispose();
            throw NoNewKey(exception);
        }
    }

    private static QmiException NoNewKey(Exception? cause) =>
        new(ErrorCode.WrongState, "There is no new key to which a certificate could belong: call rotate_cert without arguments first, and have its request signed.", cause);

    private void ThrowIfOnTrial()
    {
        lock (_gate)
        {
            if (_trial is not null)
                throw new QmiException(ErrorCode.WrongState, $"A new certificate is on trial: wait for its end, {patience.TotalSeconds:F0} s at most.") { RetryAfter = patience };
        }
    }

    private void Keep(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            throw new QmiException(ErrorCode.Busy, $"The box's certificate stays as it is: {exception.Message} The box's user must be able to write in the folders of its certificate and key.", Executed.No, exception)
            {
                Details = new Dictionary<string, object?> { ["code"] = "STORAGE" },
            };
        }
    }

    private void Tell(string text)
    {
        LogTrouble(logger, text);
        box.Alarms.Raise(Alarm, AlarmSeverity.Error, "CERTIFICATE_ROTATION_FAILED", text);
    }

    [LoggerMessage(2301, LogLevel.Information, "A new key was made, and a request for its certificate")]
    private static partial void LogRequested(ILogger logger);

    [LoggerMessage(2302, LogLevel.Information, "A new certificate is in place; without a connection within {Patience} the old one comes back")]
    private static partial void LogInstalled(ILogger logger, TimeSpan patience);

    [LoggerMessage(2303, LogLevel.Information, "The broker takes the new certificate: it stays")]
    private static partial void LogKept(ILogger logger);

    [LoggerMessage(2304, LogLevel.Error, "{Text}")]
    private static partial void LogTrouble(ILogger logger, string text);
}
