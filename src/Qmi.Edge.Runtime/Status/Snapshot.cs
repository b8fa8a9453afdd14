using System.Runtime.CompilerServices;

namespace Qmi.Edge.Runtime;

/// <summary>
/// The latest value of something that one thread writes and any number read. A class is swapped by reference; a struct is copied under a
/// sequence lock, so that writing never waits and never allocates, and a reader never sees half of it.
/// </summary>
internal sealed class Snapshot<T>
{
    private long _version;
    private T _value;

    public Snapshot(T value) => _value = value;

    /// <summary>Replaces the value. One writer at a time.</summary>
    public void Write(in T value)
    {
        if (!typeof(T).IsValueType)
        {
            Volatile.Write(ref Unsafe.As<T, object?>(ref _value), (object?)value);
            return;
        }

        Volatile.Write(ref _version, _version + 1);
        Interlocked.MemoryBarrier();
        _value = value;
        Volatile.Write(ref _version, _version + 1);
    }

    /// <summary>The value as of now.</summary>
    public T Read()
    {
        if (!typeof(T).IsValueType)
            return (T)Volatile.Read(ref Unsafe.As<T, object?>(ref _value))!;

        var spinner = new SpinWait();
        while (true)
        {
            var before = Volatile.Read(ref _version);
            var value = _value;
            Interlocked.MemoryBarrier();
            if ((before & 1) == 0 && Volatile.Read(ref _version) == before)
                return value;
            spinner.SpinOnce();
        }
    }
}
