using System.Runtime.InteropServices;

namespace Qmi.Edge.Bridge;

/// <summary>A string as NUL-terminated UTF-8 for the length of a call; null stays null.</summary>
internal readonly unsafe ref struct NativeText(string? text)
{
    public byte* Pointer { get; } = (byte*)Marshal.StringToCoTaskMemUTF8(text);

    public void Dispose() => Marshal.FreeCoTaskMem((nint)Pointer);
}
