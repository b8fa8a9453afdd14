using System.Security.Authentication;
using static Qmi.Edge.Bridge.Libmosquitto;

namespace Qmi.Edge.Bridge;

/// <summary>Turns the options into a handle that is ready to connect.</summary>
internal static unsafe class MosquittoSetup
{
    private const int VerifyPeer = 1;

    public static MosquittoHandle Create(MqttOptions options, MosquittoDialPlan plan)
    {
        // On 3.1.1 the session always begins anew: see MqttOptions.CleanStart.
        var handle = new MosquittoHandle(options.ClientId, plan.CleanStart || plan.Version == MqttProtocolVersion.V311);
        try
        {
            Check(mosquitto_int_option(handle.Pointer, Option.ProtocolVersion, (int)plan.Version), "protocol version");
            Check(mosquitto_int_option(handle.Pointer, Option.TcpNoDelay, 1), "TCP_NODELAY");
            Check(mosquitto_int_option(handle.Pointer, Option.SendMaximum, options.MaximumInFlight), "MaximumInFlight");
            SetCredentials(handle, options);
            if (plan.Will is { } will)
                SetWill(handle, will, plan.Version);
            if (options.Tls is { } tls)
                SetTls(handle, tls);
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Begins the TCP connection and returns; only the lookup of a name may take its time. The library has no asynchronous connect with
    /// properties, but it remembers those of the last connect: the first call hands them over and fails, having no host, without
    /// touching the network, the second uses them.
    /// </summary>
    /// <returns>Less than or equal to zero when the connection is on its way.</returns>
    public static int BeginConnect(MosquittoHandle handle, MqttOptions options, MosquittoDialPlan plan)
    {
        var keepAlive = (int)options.KeepAlive.TotalSeconds;
        if (plan.Version == MqttProtocolVersion.V5)
        {
            using var properties = CreateConnectProperties(options);
            Check(properties.Result, "CONNECT properties");
            var nowhere = (byte)0;
            mosquitto_connect_bind_v5(handle.Pointer, &nowhere, 0, keepAlive, null, properties.Pointer);
        }

        using var host = new NativeText(options.Host);
        using var bind = new NativeText(AddressSearch.GetBindAddress(plan.Family));
        return mosquitto_connect_bind_async(handle.Pointer, host.Pointer, options.Port, keepAlive, bind.Pointer);
    }

    private static PropertyList CreateConnectProperties(MqttOptions options)
    {
        var properties = default(PropertyList);
        properties.Add(PropertyId.SessionExpiryInterval, (uint)options.SessionExpiry.TotalSeconds);
        properties.Add(PropertyId.ReceiveMaximum, options.ReceiveMaximum);
        if (options.MaximumPacketSize is { } size)
            properties.Add(PropertyId.MaximumPacketSize, size);
        properties.Add(PropertyId.RequestProblemInformation, options.RequestProblemInformation ? (byte)1 : (byte)0);
        return properties;
    }

    private static void SetCredentials(MosquittoHandle handle, MqttOptions options)
    {
        if (options.UserName is null)
            return;
        using var userName = new NativeText(options.UserName);
        using var password = new NativeText(options.Password);
        Check(mosquitto_username_pw_set(handle.Pointer, userName.Pointer, password.Pointer), "UserName or Password");
    }

    private static void SetWill(MosquittoHandle handle, MqttWill will, MqttProtocolVersion version)
    {
        if (will.Payload.Length > ushort.MaxValue)
            throw new ArgumentException($"The payload of a will has at most 65535 bytes, this one has {will.Payload.Length}.");

        using var topic = new NativeText(will.Topic);
        using var contentType = new NativeText(will.ContentType);
        using var properties = default(PropertyList);
        if (version == MqttProtocolVersion.V5)
        {
            properties.Add(PropertyId.WillDelayInterval, (uint)will.Delay.TotalSeconds);
            if (will.PayloadIsUtf8)
                properties.Add(PropertyId.PayloadFormatIndicator, (byte)1);
            if (contentType.Pointer != null)
                properties.Add(PropertyId.ContentType, contentType.Pointer);
            Check(properties.Result, "the properties of the will");
        }

        fixed (byte* payload = will.Payload.Span)
            Check(mosquitto_will_set_v5(handle.Pointer, topic.Pointer, will.Payload.Length, payload, (int)will.Qos, will.Retain ? (byte)1 : (byte)0, properties.Pointer), $"the will on '{will.Topic}'");
        properties.Release();
    }

    private static void SetTls(MosquittoHandle handle, MqttTls tls)
    {
        // The library says only "invalid" for a file that it cannot open; opening it here says which and why.
        foreach (var file in new[] { tls.CaFile, tls.CertificateFile, tls.KeyFile })
        {
            if (file is not null)
                File.OpenRead(file).Dispose();
        }

        using var ca = new NativeText(tls.CaFile);
        using var certificate = new NativeText(tls.CertificateFile);
        using var key = new NativeText(tls.KeyFile);
        using var version = new NativeText(tls.MinimumVersion == SslProtocols.Tls13 ? "tlsv1.3" : "tlsv1.2");
        Check(mosquitto_tls_set(handle.Pointer, ca.Pointer, null, certificate.Pointer, key.Pointer, 0), "Tls");
        Check(mosquitto_tls_opts_set(handle.Pointer, VerifyPeer, version.Pointer, null), "Tls.MinimumVersion");
        Check(mosquitto_tls_insecure_set(handle.Pointer, 0), "the check of the server's name");
    }

    private static void Check(int result, string what)
    {
        if (result != Result.Success)
            throw new ArgumentException($"libmosquitto does not take {what}: {MosquittoText.Describe(result)}.");
    }
}
