using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary><c>admin/_box/rotate_cert</c>: first a request for a certificate, then the certificate.</summary>
internal sealed class RotateCertificateMethod(EdgeBox box, CertificateRotation rotation)
{
    private const string Certificate = "certificate";

    public static RpcMethodDescription Description { get; } = new()
    {
        Name = "rotate_cert",
        Access = RpcAccess.Admin,
        Timeout = TimeSpan.FromSeconds(60),
        Arguments = new Schema
        {
            Type = SchemaType.Object,
            Properties = [new(Certificate, new Schema { Type = SchemaType.String, MinLength = 1, Description = "The signed certificate with its chain, as PEM text; without it a new key is made." })],
        },
        Result = new Schema { Type = SchemaType.Any },
        Description = "Renews the box's certificate: without arguments it makes a key and answers with a request to be signed; with the certificate it is put in place, and stays when the broker takes it.",
    };

    public ValueTask InvokeAsync(RpcRequest request, Utf8JsonWriter result, CancellationToken cancellationToken) =>
        request.Arguments.TryGetProperty(Certificate, out var certificate)
            ? InstallAsync(certificate.GetString()!, request.Deadline, result, cancellationToken)
            : RequestAsync(result, cancellationToken);

    // Both wait for the disk, which the thread that brought the request must not.
    private async ValueTask RequestAsync(Utf8JsonWriter result, CancellationToken cancellationToken)
    {
        var request = await Task.Run(rotation.CreateRequest, cancellationToken).ConfigureAwait(false);
        result.WriteStartObject();
        result.WriteString("request"u8, request);
        result.WriteEndObject();
    }

    private async ValueTask InstallAsync(string certificate, long deadline, Utf8JsonWriter result, CancellationToken cancellationToken)
    {
        var trial = await Task.Run(() => rotation.Install(certificate), cancellationToken).ConfigureAwait(false);
        if (await WaitAsync(trial, deadline, cancellationToken).ConfigureAwait(false) is { } reason)
            throw new QmiException(ErrorCode.DeviceError, reason, Executed.No);
        result.WriteStartObject();
        result.WriteBoolean("installed"u8, true);
        result.WriteTimestamp("ends"u8, trial.CertificateEnd!.Value);
        result.WriteEndObject();
    }

    private async Task<string?> WaitAsync(CertificateTrial trial, long deadline, CancellationToken cancellationToken)
    {
        try
        {
            return await trial.Outcome.WaitAsync(box.TimeProvider.GetRemaining(deadline), box.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new QmiException(ErrorCode.Timeout, $"The new certificate is in place and on trial. When it is refused the old one comes back, and the alarm {CertificateRotation.Alarm} says why; without that alarm it stays.", exception);
        }
    }
}
