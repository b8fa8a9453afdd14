using Microsoft.Extensions.Logging.Abstractions;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>When a new certificate stays and when it goes, on a clock that the test turns and without a broker.</summary>
public sealed class CertificateTrialTests : IAsyncDisposable
{
    // What the connection says: the newest one before.
    private const long Newest = 5;

    private readonly string _folder = Directory.CreateTempSubdirectory("qmi-certificates-").FullName;
    private readonly ManualTime _time = new() { Epoch = DateTimeOffset.UtcNow };
    private readonly TestCertificates _authority = new();
    private readonly EdgeBox _box;
    private readonly CertificateRotation _rotation;
    private int _renewals;

    public CertificateTrialTests()
    {
        var (certificate, key) = _authority.Issue("box07");
        foreach (var (file, text) in new[] { ("ca.pem", _authority.Authority), ("box.pem", certificate), ("box.key", key) })
            File.WriteAllText(PathOf(file), text);
        _box = new EdgeBox("box07", new EdgeBoxOptions { TimeProvider = _time });
        _rotation = new CertificateRotation(
            _box,
            new MqttTls { CaFile = PathOf("ca.pem"), CertificateFile = PathOf("box.pem"), KeyFile = PathOf("box.key") },
            new CertificateFiles(PathOf("box.pem"), PathOf("box.key"), new DurableFiles()),
            TimeSpan.FromSeconds(30),
            () =>
            {
                _renewals++;
                return Newest;
            },
            NullLogger.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        _rotation.Dispose();
        await _box.DisposeAsync();
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task It_stays_when_a_connection_was_begun_after_it_was_put_in_place()
    {
        var trial = Install();

        _rotation.OnConnected(Newest + 1);

        Assert.Null(await trial.Outcome.WaitAsync(EventRecorder.Patience, TestContext.Current.CancellationToken));
        Assert.False(File.Exists(PathOf("box.pem.trial")));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(_box.Alarms.Raised);
        Assert.Equal(1, _renewals);
    }

    [Fact]
    public async Task A_connection_that_was_begun_before_proves_nothing()
    {
        var trial = Install();

        _rotation.OnConnected(Newest);
        _rotation.OnDisconnected("the broker does not know the authority");
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(trial.Outcome.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        var reason = await trial.Outcome.WaitAsync(EventRecorder.Patience, TestContext.Current.CancellationToken);
        Assert.Equal("The new certificate led to no connection within 30 s (the broker does not know the authority): the old one is in force again.", reason);
        Assert.StartsWith(reason, _box.Alarms.Find(CertificateRotation.Alarm)!.Text);
        Assert.Equal(2, _renewals);
        Assert.Equal(File.ReadAllText(PathOf("box.pem")), File.ReadAllText(PathOf("box.pem.old")));
    }

    [Fact]
    public void While_one_is_on_trial_there_is_no_other()
    {
        Install();

        Assert.Equal(ErrorCode.WrongState, Assert.Throws<QmiException>(() => _rotation.CreateRequest()).Code);
        Assert.Equal(ErrorCode.WrongState, Assert.Throws<QmiException>(() => _rotation.Install("anything")).Code);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.NotEmpty(_rotation.CreateRequest());
    }

    [Fact]
    public async Task A_box_that_stops_tells_whoever_waits_that_it_is_not_decided()
    {
        var trial = Install();

        _rotation.Dispose();

        Assert.Equal(ErrorCode.ShuttingDown, (await Assert.ThrowsAsync<QmiException>(() => trial.Outcome)).Code);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(File.Exists(PathOf("box.pem.trial")));
    }

    [Fact]
    public async Task Old_files_that_are_gone_when_they_are_needed_are_told()
    {
        var trial = Install();
        File.Delete(PathOf("box.key.old"));

        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Contains("box.key.old", await trial.Outcome, StringComparison.Ordinal);
        Assert.Contains("could not be ended", _box.Alarms.Find(CertificateRotation.Alarm)!.Text, StringComparison.Ordinal);
        Assert.NotEmpty(_rotation.CreateRequest());
    }

    private CertificateTrial Install() => _rotation.Install(_authority.Sign(_rotation.CreateRequest()));

    private string PathOf(string file) => Path.Combine(_folder, file);
}
