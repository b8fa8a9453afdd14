using Qmi.Edge.Runtime;
using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>Renewing the box's certificate from afar, with a broker that knows the box by it.</summary>
public class CertificateRotationTests
{
    [Fact]
    [Trait("rule", "MQTT-2.11.4")]
    public async Task A_new_key_is_made_in_the_box_its_certificate_signed_and_the_broker_knows_the_box_by_it()
    {
        await using var given = new GivenTlsBox().Start().WaitUntilOnline();
        var (oldCertificate, oldKey) = (given.Read("box.pem"), given.Read("box.key"));

        var request = given.Request();
        Assert.Equal(("CN=box07", true), TestCertificates.Describe(request));
        Assert.Equal(oldKey, given.Read("box.key"));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(given.PathOf("box.key.new")));
        var newKey = given.Read("box.key.new");
        var certificate = given.Authority.Sign(request, end: new DateTimeOffset(2035, 1, 2, 3, 4, 5, TimeSpan.Zero));
        var reply = given.Rotate(certificate);

        Assert.Equal(("true", "true", "2035-01-02T03:04:05.000000Z"), (Text(reply, "ok"), Text(reply, "result", "installed"), Text(reply, "result", "ends")));
        given.WaitUntilOnline(connection: 2);
        Assert.Equal((certificate, newKey, oldCertificate, oldKey), (given.Read("box.pem"), given.Read("box.key"), given.Read("box.pem.old"), given.Read("box.key.old")));
        Assert.False(given.Has("box.pem.new") || given.Has("box.key.new") || given.Has("box.pem.trial"));
        Assert.Empty(given.Box.Alarms.Raised);

        // And once more, after a restart.
        await given.StopAsync();
        given.Start().WaitUntilOnline();
        Assert.Equal("true", Text(given.Rotate(given.Authority.Sign(given.Request())), "result", "installed"));
    }

    [Fact]
    public async Task A_certificate_that_would_not_do_is_refused_with_its_reason_and_nothing_changes()
    {
        await using var given = new GivenTlsBox().Start().WaitUntilOnline();
        using var others = new TestCertificates("another authority");
        using var impostors = new TestCertificates();
        var (oldCertificate, oldKey) = (given.Read("box.pem"), given.Read("box.key"));
        var first = given.Request();
        var request = given.Request();
        var now = DateTimeOffset.UtcNow;
        (string Certificate, string Code, string Reason)[] cases =
        [
            ("hello", "format", "there is no certificate in it"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "format", "no certificate"),
            (given.Authority.Sign(first), "key", "for another key"),
            (given.Authority.Issue("box07").Certificate, "key", "for another key"),
            (given.Authority.SignFor("CN=box08", request), "name", "CN=box07"),
            (given.Authority.SignFor("O=box07", request), "name", "CN=box07"),
            (given.Authority.SignFor("CN=box07, CN=box08", request), "name", "CN=box07"),
            (given.Authority.Sign(request, now.AddDays(-3), now.AddDays(-1)), "validity", "has ended"),
            (given.Authority.Sign(request, now.AddDays(1), now.AddDays(3)), "validity", "look at the clocks"),
            (others.Sign(request), "authority", given.PathOf("ca.pem")),
            (impostors.Sign(request), "authority", "CN=test authority"),
            (given.Authority.SignForServer(request), "usage", "not for a client"),
        ];

        foreach (var (certificate, code, reason) in cases)
        {
            var refused = given.Rotate(certificate);
            Assert.Equal(("BAD_ARGS", "no"), (Text(refused, "error", "code"), Text(refused, "error", "executed")));
            Assert.Contains(reason, Text(refused, "error", "message"), StringComparison.Ordinal);
            Assert.Contains($"\"path\":\"/certificate\",\"code\":\"{code}\"", refused.GetRawText(), StringComparison.Ordinal);
        }

        Assert.Equal((oldCertificate, oldKey), (given.Read("box.pem"), given.Read("box.key")));
        Assert.Equal(1, given.Connection.Session?.Number);
        Assert.Equal("true", Text(given.Rotate(given.Authority.Sign(request)), "result", "installed"));
    }

    [Fact]
    public async Task A_certificate_that_the_broker_refuses_gives_way_to_the_old_one_by_itself()
    {
        await using var given = new GivenTlsBox().Start().WaitUntilOnline();
        var (oldCertificate, oldKey) = (given.Read("box.pem"), given.Read("box.key"));
        // The box trusts an authority that the broker has not heard of.
        using var stranger = new TestCertificates("stranger");
        given.Write("ca.pem", given.Authority.Authority + "\n" + stranger.Authority);
        var certificate = stranger.Sign(given.Request());

        var reply = given.Rotate(certificate, meanwhile: given.LetTrialPass);

        Assert.Equal(("DEVICE_ERROR", "no"), (Text(reply, "error", "code"), Text(reply, "error", "executed")));
        Assert.Contains("led to no connection within 30 s", Text(reply, "error", "message"), StringComparison.Ordinal);
        Assert.Equal((oldCertificate, oldKey), (given.Read("box.pem"), given.Read("box.key")));
        var alarm = given.WaitForAlarm(CertificateRotation.Alarm)!;
        Assert.Equal(("CERTIFICATE_ROTATION_FAILED", AlarmSeverity.Error), (alarm.Code, alarm.Severity));
        given.WaitUntilOnline(connection: 2);

        // When the broker has learnt of it, the same certificate does.
        given.RestartBroker(given.Read("ca.pem"));
        Assert.Equal("true", Text(given.Rotate(certificate), "result", "installed"));
        Assert.Null(given.Box.Alarms.Find(CertificateRotation.Alarm));
        Assert.Equal(certificate, given.Read("box.pem"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_restart_does_not_end_the_trial(bool isAccepted)
    {
        await using var given = new GivenTlsBox();
        using var stranger = new TestCertificates("stranger");
        var old = given.Read("box.pem");
        var (certificate, key) = (isAccepted ? given.Authority : stranger).Issue("box07");
        var files = new CertificateFiles(given.PathOf("box.pem"), given.PathOf("box.key"), new DurableFiles());
        files.KeepNewKey(key);
        files.Install(certificate);

        given.Start();
        if (!isAccepted)
            given.LetTrialPass();

        given.WaitUntilOnline();
        Assert.True(SpinWait.SpinUntil(() => !given.Has("box.pem.trial"), EventRecorder.Patience));
        Assert.Equal(isAccepted ? certificate : old, given.Read("box.pem"));
        Assert.Equal(isAccepted, given.Box.Alarms.Find(CertificateRotation.Alarm) is null);
    }

    [Fact]
    public async Task An_installation_that_a_restart_has_cut_is_undone_and_told()
    {
        await using var given = new GivenTlsBox();
        var old = given.Read("box.pem");
        var (certificate, key) = given.Authority.Issue("box07");
        var files = new CertificateFiles(given.PathOf("box.pem"), given.PathOf("box.key"), new DurableFiles());
        files.KeepNewKey(key);
        files.Install(certificate);
        // Of the two files only one was replaced.
        given.Write("box.pem", old);

        given.Start();

        Assert.Contains("The restart came in the middle", given.WaitForAlarm(CertificateRotation.Alarm)!.Text, StringComparison.Ordinal);
        Assert.True(SpinWait.SpinUntil(() => given.Connection.Session is not null, EventRecorder.Patience));
    }

    [Fact]
    public async Task A_certificate_needs_a_key_first()
    {
        await using var given = new GivenTlsBox().Start().WaitUntilOnline();

        var refused = given.Rotate(given.Authority.Issue("box07").Certificate);

        Assert.Equal("WRONG_STATE", Text(refused, "error", "code"));
        Assert.Contains("call rotate_cert without arguments first", Text(refused, "error", "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_told_and_nothing_changes()
    {
        await using var given = new GivenTlsBox().Start().WaitUntilOnline();
        Directory.CreateDirectory(given.PathOf("box.key.new.part"));

        var refused = given.Rotate();

        Assert.Equal(("BUSY", "no", "STORAGE"), (Text(refused, "error", "code"), Text(refused, "error", "executed"), Text(refused, "error", "details", "code")));
        Assert.Contains("box.key.new.part", Text(refused, "error", "message"), StringComparison.Ordinal);
        Assert.False(given.Has("box.key.new"));
    }

    [Fact]
    public async Task A_box_without_a_certificate_of_its_own_has_nothing_to_renew()
    {
        await using var given = new GivenBridge();

        Assert.Equal("NO_SUCH_METHOD", Text(given.Ask("admin", "rotate_cert", target: "_box"), "error", "code"));
    }
}
