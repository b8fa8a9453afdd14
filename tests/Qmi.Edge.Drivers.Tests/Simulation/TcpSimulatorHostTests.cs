namespace Qmi.Edge.Drivers.Tests;

public sealed class TcpSimulatorHostTests
{
    private static readonly ScpiOptions Patient = new() { Timeout = InstrumentPeer.Patience };

    private readonly ScpiSimulator _simulator = new(new ScpiIdentity("ACME", "PS3", "42", "1.0"));

    [Fact]
    public async Task Several_clients_share_one_instrument()
    {
        var volts = 0.0;
        _simulator.OnCommand("VOLTage", arguments => volts = arguments.GetDouble(0)).OnQuery("VOLTage?", _ => volts);
        await using var host = new TcpSimulatorHost(_simulator);
        using var first = Open(host);
        using var second = Open(host);

        new ScpiClient(first, Patient).Command("VOLT 3");
        Assert.Equal("1", new ScpiClient(first, Patient).Ask("*OPC?"));

        Assert.Equal(3, new ScpiClient(second, Patient).AskDouble("VOLT?"));
        Assert.Equal(2, host.ConnectionCount);
    }

    [Fact]
    public async Task A_dropped_connection_ends_in_the_middle_of_the_answer_and_the_next_one_works()
    {
        await using var host = new TcpSimulatorHost(_simulator);
        using var transport = Open(host);
        var client = new ScpiClient(transport, Patient);
        host.Spoil(new SimulatorMood.Drop());

        var closed = Assert.Throws<TransportClosedException>(() => client.Identify());
        Assert.Equal("ACME,PS3,42,1.0\n".Length / 2, closed.KeptBytes);

        transport.Close();
        transport.Open();
        Assert.Equal("PS3", client.Identify().Model);
    }

    [Fact]
    public async Task Delays_run_on_the_clock_of_the_host()
    {
        var time = new ManualTime();
        await using var host = new TcpSimulatorHost(_simulator, timeProvider: time);
        using var transport = Open(host);
        host.Spoil(new SimulatorMood.Late(TimeSpan.FromHours(1)));
        var asking = Background.Run(() => new ScpiClient(transport, Patient).Identify());
        Assert.False(asking.WaitUntilAsleep().HasEnded);

        asking.UntilEnded(() => time.Advance(TimeSpan.FromHours(1)));
        asking.Join();
    }

    [Fact]
    public async Task A_defect_of_the_model_is_not_hidden()
    {
        _simulator.OnQuery("BOOM?", new Func<ScpiArguments, string>(_ => throw new InvalidOperationException("the model is wrong")));
        var host = new TcpSimulatorHost(_simulator);
        using var transport = Open(host);

        Assert.Throws<TransportClosedException>(() => new ScpiClient(transport, Patient).Ask("BOOM?"));

        var failure = await Assert.ThrowsAsync<AggregateException>(async () => await host.DisposeAsync());
        Assert.Equal("the model is wrong", failure.InnerException?.Message);
    }

    [Fact]
    public async Task After_disposal_nobody_is_connected_and_nobody_can_be()
    {
        var host = new TcpSimulatorHost(_simulator);
        using var transport = Open(host);
        var client = new ScpiClient(transport, Patient);
        client.Identify();

        await host.DisposeAsync();

        Assert.Equal(0, host.ConnectionCount);
        Assert.Throws<TransportClosedException>(() => client.Identify());
        transport.Close();
        Assert.Throws<TransportException>(transport.Open);
    }

    private static QmiTransport Open(TcpSimulatorHost host)
    {
        var transport = TransportDescriptor.Parse(host.Descriptor).CreateTransport();
        transport.Open();
        return transport;
    }
}
