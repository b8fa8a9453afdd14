using System.ComponentModel.DataAnnotations;
using Qmi.Edge.Drivers;
using Qmi.Edge.Runtime;

namespace Cryo;

/// <summary>A cryostat's thermometer and heater behind one SCPI port. A lost connection is tried again at every call.</summary>
public sealed partial class ScpiCryostat : QmiInstrument, IThermometer, IHeater
{
    private readonly ScpiClient _scpi;

    /// <param name="init">What the box tells the instrument.</param>
    /// <param name="transport">Where it is, for example tcp:192.168.1.7:5025.</param>
    public ScpiCryostat(InstrumentInit init, string transport)
        : base(init)
    {
        _scpi = new ScpiClient(TransportDescriptor.Parse(transport).CreateTransport(TimeProvider));
    }

    /// <summary>The temperature now.</summary>
    [RpcMethod(Access = RpcAccess.Read)]
    [return: Unit("K")]
    public double ReadTemperature()
    {
        EnsureConnected();
        try
        {
            return _scpi.AskDouble("MEAS:TEMP?");
        }
        catch (TransportException exception)
        {
            throw Lost(exception);
        }
    }

    /// <summary>Heats with that much of its power.</summary>
    [RpcMethod(Idempotent = true)]
    public void SetPower([Range(0, 100), Unit("%")] double percent)
    {
        EnsureConnected();
        try
        {
            _scpi.Command($"SOUR:HEAT {percent:F2}");
        }
        catch (TransportException exception)
        {
            throw Lost(exception);
        }
    }

    /// <summary>Maker, model, serial number and firmware.</summary>
    [RpcMethod(Access = RpcAccess.Read)]
    public string Identify()
    {
        EnsureConnected();
        return _scpi.Ask("*IDN?");
    }

    protected override void OnOpen() => _scpi.Transport.Open();

    protected override void OnClose()
    {
        if (_scpi.Transport.IsOpen)
            _scpi.Transport.Close();
    }

    private void EnsureConnected()
    {
        ThrowIfClosed();
        if (State != InstrumentState.Lost)
            return;
        _scpi.Transport.Open();
        SetFound();
    }

    private TransportException Lost(TransportException exception)
    {
        OnClose();
        SetLost(exception.Message);
        return exception;
    }
}
