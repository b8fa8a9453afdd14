using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public sealed class CertificateWatchTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Today = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    private readonly string _folder = Directory.CreateTempSubdirectory("qmi-certificates-").FullName;
    private readonly ManualTime _time = new() { Epoch = Today };
    private readonly EdgeBox _box;
    private readonly CertificateWatch _watch;

    public CertificateWatchTests()
    {
        _box = new EdgeBox("box07", new EdgeBoxOptions { TimeProvider = _time });
        _watch = new CertificateWatch(_box, new MqttTls { CaFile = PathOf("ca.pem"), CertificateFile = PathOf("box.pem"), KeyFile = PathOf("box.key") });
    }

    public async ValueTask DisposeAsync()
    {
        _watch.Dispose();
        await _box.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    [Trait("rule", "MQTT-3.33")]
    public void The_end_of_the_certificate_is_told_30_days_7_days_and_1_day_before_and_then()
    {
        Put(Today.AddDays(40), authorityEnd: null);
        _watch.LookSoon();
        Assert.Empty(_box.Alarms.Raised);

        SkipTo(Today.AddDays(10));
        Assert.Null(Severity(CertificateWatch.CertificateAlarm));
        PassInto(Today.AddDays(10));
        Assert.Equal(AlarmSeverity.Warning, Severity(CertificateWatch.CertificateAlarm));

        SkipTo(Today.AddDays(33));
        Assert.Equal(AlarmSeverity.Warning, Severity(CertificateWatch.CertificateAlarm));
        PassInto(Today.AddDays(33));
        Assert.Equal(AlarmSeverity.Error, Severity(CertificateWatch.CertificateAlarm));

        SkipTo(Today.AddDays(39));
        Assert.Equal(AlarmSeverity.Error, Severity(CertificateWatch.CertificateAlarm));
        PassInto(Today.AddDays(39));
        Assert.Equal(AlarmSeverity.Critical, Severity(CertificateWatch.CertificateAlarm));

        var day = $"{Today.AddDays(40).UtcDateTime:yyyy-MM-dd HH:mm} UTC";
        Assert.Contains($"ends on {day}, in 24 hours: renew it by rotate_cert of _box", Text(CertificateWatch.CertificateAlarm), StringComparison.Ordinal);
        SkipTo(Today.AddDays(40));
        PassInto(Today.AddDays(40));
        Assert.Contains($"has ended on {day}", Text(CertificateWatch.CertificateAlarm), StringComparison.Ordinal);
        Assert.Equal("CERTIFICATE_EXPIRES", _box.Alarms.Find(CertificateWatch.CertificateAlarm)!.Code);
        Assert.Equal([CertificateWatch.CertificateAlarm], _box.Alarms.Raised.Select(alarm => alarm.Id));
    }

    [Fact]
    public void The_end_of_the_authority_is_told_as_well()
    {
        Put(Today.AddYears(1), authorityEnd: Today.AddDays(20));

        _watch.LookSoon();

        var alarm = Assert.Single(_box.Alarms.Raised);
        Assert.Equal((CertificateWatch.AuthorityAlarm, AlarmSeverity.Warning, "CERTIFICATE_EXPIRES"), (alarm.Id, alarm.Severity, alarm.Code));
        Assert.Contains("CN=authority", alarm.Text, StringComparison.Ordinal);
        Assert.Contains("in 20 days", alarm.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_authorities_the_one_counts_that_the_box_is_known_by()
    {
        Put(Today.AddYears(1), authorityEnd: Today.AddDays(3));
        using var other = new TestCertificates("other");
        File.AppendAllText(PathOf("ca.pem"), "\n" + other.Authority);
        _watch.LookSoon();
        Assert.Equal(AlarmSeverity.Error, Severity(CertificateWatch.AuthorityAlarm));

        // Its successor has the same name.
        using var successor = new TestCertificates("authority");
        File.AppendAllText(PathOf("ca.pem"), "\n" + successor.Authority);
        _watch.LookSoon();

        Assert.Empty(_box.Alarms.Raised);
    }

    [Fact]
    public void Of_authorities_that_have_nothing_to_do_with_the_box_the_last_counts()
    {
        Put(Today.AddYears(1), authorityEnd: null);
        using var ending = new TestCertificates("ending", Today.AddDays(1));
        using var lasting = new TestCertificates("lasting");
        File.WriteAllText(PathOf("ca.pem"), $"{ending.Authority}\n{lasting.Authority}\n");

        _watch.LookSoon();

        Assert.Empty(_box.Alarms.Raised);
    }

    [Fact]
    public void A_chain_is_as_good_as_the_first_of_it_that_ends()
    {
        Put(Today.AddYears(1), authorityEnd: null);
        using var intermediate = new TestCertificates("intermediate", Today.AddDays(5));
        File.AppendAllText(PathOf("box.pem"), "\n" + intermediate.Authority);

        _watch.LookSoon();

        Assert.Equal(AlarmSeverity.Error, Severity(CertificateWatch.CertificateAlarm));
        Assert.Contains("that of CN=intermediate", Text(CertificateWatch.CertificateAlarm), StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_certificate_is_noticed_within_a_day_and_ends_the_alarm()
    {
        Put(Today.AddDays(6), authorityEnd: null);
        _watch.LookSoon();
        Assert.Equal(AlarmSeverity.Error, Severity(CertificateWatch.CertificateAlarm));

        Put(Today.AddYears(1), authorityEnd: null);
        Assert.Equal(AlarmSeverity.Error, Severity(CertificateWatch.CertificateAlarm));
        _time.Advance(TimeSpan.FromDays(1));

        Assert.Empty(_box.Alarms.Raised);
    }

    [Fact]
    public void Files_that_cannot_be_used_are_told_each_with_its_reason_until_they_can()
    {
        _watch.LookSoon();
        Assert.Equal($"The box's certificate cannot be used: {PathOf("box.pem")} does not exist.", Text(CertificateWatch.CertificateAlarm));
        Assert.Equal($"The authorities that the broker is trusted by cannot be used: {PathOf("ca.pem")} does not exist.", Text(CertificateWatch.AuthorityAlarm));
        Assert.Equal(2, _box.Alarms.Raised.Count);

        Put(Today.AddYears(1), authorityEnd: null);
        File.Delete(PathOf("box.key"));
        File.WriteAllText(PathOf("ca.pem"), "not a certificate");
        _watch.LookSoon();
        Assert.Null(Severity(CertificateWatch.CertificateAlarm));
        Assert.Equal($"The key of the box's certificate cannot be used: {PathOf("box.key")} does not exist.", Text(CertificateWatch.KeyAlarm));
        Assert.Contains($"{PathOf("ca.pem")}: there is no certificate in it", Text(CertificateWatch.AuthorityAlarm), StringComparison.Ordinal);
        Assert.All(_box.Alarms.Raised, alarm => Assert.Equal(("CERTIFICATE_UNREADABLE", AlarmSeverity.Error), (alarm.Code, alarm.Severity)));

        using (var other = new TestCertificates())
            File.WriteAllText(PathOf("box.key"), other.Issue("box07").Key);
        _watch.LookSoon();
        Assert.Contains($"{PathOf("box.key")} is no key for the certificate of CN=box07", Text(CertificateWatch.KeyAlarm), StringComparison.Ordinal);

        Put(Today.AddYears(1), authorityEnd: null);
        File.WriteAllText(PathOf("box.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        _watch.LookSoon();
        Assert.Contains($"{PathOf("box.pem")}: what is in it is no certificate", Text(CertificateWatch.CertificateAlarm), StringComparison.Ordinal);

        Put(Today.AddYears(1), authorityEnd: null);
        _watch.LookSoon();
        Assert.Empty(_box.Alarms.Raised);
    }

    private void Put(DateTimeOffset end, DateTimeOffset? authorityEnd)
    {
        using var authority = new TestCertificates("authority", authorityEnd);
        var (certificate, key) = authority.Issue("box07", end);
        File.WriteAllText(PathOf("ca.pem"), authority.Authority);
        File.WriteAllText(PathOf("box.pem"), certificate);
        File.WriteAllText(PathOf("box.key"), key);
    }

    // Days pass at once, up to a minute before the moment; then the clock runs, and must strike by itself.
    private void SkipTo(DateTimeOffset moment) => _time.Suspend(moment - _time.GetUtcNow() - TimeSpan.FromMinutes(1));

    private void PassInto(DateTimeOffset moment) => _time.Advance(moment - _time.GetUtcNow());

    private AlarmSeverity? Severity(string id) => _box.Alarms.Find(id)?.Severity;

    private string Text(string id) => _box.Alarms.Find(id)?.Text ?? "";

    private string PathOf(string file) => Path.Combine(_folder, file);
}
