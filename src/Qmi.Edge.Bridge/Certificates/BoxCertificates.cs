using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The certificates that a connection rests on: watched, and renewed when somebody asks.</summary>
internal sealed class BoxCertificates : IDisposable
{
    private readonly CertificateWatch _watch;
    private readonly CertificateRotation? _rotation;

    /// <param name="box">The box, which is given the method to renew them.</param>
    /// <param name="tls">Their files.</param>
    /// <param name="trial">How long a new certificate may take to lead to a connection.</param>
    /// <param name="renew">Connects anew, and tells the number of the newest connection before.</param>
    /// <param name="logger">Where to log.</param>
    public BoxCertificates(EdgeBox box, MqttTls tls, TimeSpan trial, Func<long> renew, ILogger logger)
    {
        _watch = new CertificateWatch(box, tls);
        if (tls is not { CertificateFile: { } certificate, KeyFile: { } key })
            return;
        _rotation = new CertificateRotation(box, tls, new CertificateFiles(certificate, key, new DurableFiles()), trial, renew, logger);
        box.AddMethod(RotateCertificateMethod.Description, new RotateCertificateMethod(box, _rotation).InvokeAsync);
    }

    /// <summary>Before the first connection.</summary>
    public void Start()
    {
        _rotation?.Start();
        _watch.LookSoon();
    }

    /// <summary>A connection was made.</summary>
    public void OnConnected(MqttSession session)
    {
        _rotation?.OnConnected(session.Number);
        _watch.LookSoon();
    }

    /// <summary>A connection ended, or an attempt failed.</summary>
    public void OnDisconnected(MqttDisconnection disconnection)
    {
        if (disconnection.Reason != MqttReason.Renewed)
            _rotation?.OnDisconnected(disconnection.Text);
    }

    public void Dispose()
    {
        _rotation?.Dispose();
        _watch.Dispose();
    }
}
