using System.Runtime.InteropServices;

namespace Qmi.Edge.Bridge;

/// <summary>One record outside the outbox, used again and again, for what is sent at once.</summary>
internal sealed unsafe class DirectRecord : IDisposable
{
    private OutboxRecord* _record;
    private int _capacity;

    public OutboxRecord* Write(in MqttPublication publication)
    {
        var size = OutboxRecord.Measure(publication);
        OutboxRecord.Write(Reserve(size), size, publication);
        return _record;
    }

    public OutboxRecord* Write(OutboxKind kind, string filter, MqttQos qos, byte options)
    {
        var size = OutboxRecord.Measure(filter);
        OutboxRecord.Write(Reserve(size), size, kind, filter, qos, options);
        return _record;
    }

    public void Dispose()
    {
        NativeMemory.Free(_record);
        _record = null;
        _capacity = 0;
    }

    private OutboxRecord* Reserve(int size)
    {
        if (size > _capacity)
        {
            _capacity = Math.Max(size, 4096);
            _record = (OutboxRecord*)NativeMemory.Realloc(_record, (nuint)_capacity);
        }

        return _record;
    }
}
