using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A client needs no more of a broker than the rules that <c>qmi-edge acl</c> writes.</summary>
public class ClientAccessTests
{
    private static readonly AccessPlan Plan = new()
    {
        Boxes = ["box07"],
        Users = [new("obs", RpcAccess.Read), new("alice", RpcAccess.Control), new("adm", RpcAccess.Admin)],
    };

    public static TheoryData<Authentication, MqttProtocolVersion> Ways => [.. (GivenAccess.Plugin is null ? new[] { Authentication.Passwords, Authentication.Certificates } : Enum.GetValues<Authentication>())
        .SelectMany(authentication => Enum.GetValues<MqttProtocolVersion>().Select(version => (authentication, version)))];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Everybody_can_do_what_its_role_allows(Authentication authentication, MqttProtocolVersion version)
    {
        await using var broker = new GivenAccess(Plan, authentication, version);
        await using var box = new EdgeBox("box07");
        box.MakeInstrument<Meter>("meter").Open();
        box.MakeTask<Worker>("worker");
        await using var bridge = new MqttBridge(box, Mosquitto.Connect(broker.OptionsOf("box07")), new BridgeOptions());
        bridge.Start();
        await using var obs = await EdgeClient.ConnectAsync(broker.ClientOptionsOf("obs"), Cancellation);
        await using var alice = await EdgeClient.ConnectAsync(broker.ClientOptionsOf("alice"), Cancellation);
        await using var adm = await EdgeClient.ConnectAsync(broker.ClientOptionsOf("adm"), Cancellation);
        await GivenClient.UntilOnlineAsync(obs, "box07");
        Assert.Contains("changed", (await obs.GetDescriptionAsync("box07", "meter", Cancellation)).Signals);

        var seen = obs.GetProxy<MeterProxy>("box07", "meter");
        var receiver = new SignalReceiver<double>();
        seen.Changed.Subscribe(receiver);
        Assert.Equal(0, await seen.GetValueAsync(Cancellation));
        seen.Channel.Timeout = TimeSpan.FromMilliseconds(500);
        var error = await Assert.ThrowsAsync<QmiException>(() => seen.SetValueAsync(1, Cancellation));
        // MQTT 3.1.1 has no way to say that a publication was refused.
        Assert.Equal(version == MqttProtocolVersion.V5 ? ErrorCode.Forbidden : ErrorCode.Timeout, error.Code);

        var meter = alice.GetProxy<MeterProxy>("box07", "meter");
        await using (var held = await meter.LockAsync(cancellationToken: Cancellation))
        {
            await meter.SetValueAsync(2, Cancellation);
            Assert.Equal(2, receiver.GetNextSignal(TimeSpan.FromSeconds(20)).Value);
            Assert.True(await adm.GetProxy<MeterProxy>("box07", "meter").ForceUnlockAsync("smoke", Cancellation));
        }

        Assert.Equal(1, alice.GetProxy<WorkerProxy>("box07", "worker").SetSettings(new WorkerSettings { Rate = 20 }).Revision);
        Assert.Equal(20, (await obs.GetProxy<WorkerProxy>("box07", "worker").GetPendingSettingsAsync(Cancellation))!.Rate);
    }
}
