namespace Qmi.Edge.Runtime;

/// <summary>How far a value can be trusted; it travels with the value to whoever reads it last. On the wire it is the digit <c>q</c>.</summary>
public enum Quality : byte
{
    /// <summary>As it should be.</summary>
    Good = 0,

    /// <summary>Perhaps right: not settled, out of calibration, held over from an earlier reading.</summary>
    Uncertain = 1,

    /// <summary>Not to be used.</summary>
    Bad = 2,

    /// <summary>Not from the real world. Whatever a simulated object publishes has it, whatever its code says.</summary>
    Simulated = 3,
}
