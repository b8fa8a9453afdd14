using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Qmi.Edge.Runtime;

/// <summary>
/// Waits in one system call for an absolute CLOCK_MONOTONIC deadline. Of the ways to wait that a second thread can end, this one
/// measured best: half a millisecond earlier than the framework's timed waits (docs/decisions/0003-waiting.md).
/// </summary>
internal sealed unsafe class FutexParker : Parker
{
    private const int WaitBitsetPrivate = 9 | 128;
    private const int WakePrivate = 1 | 128;
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int TimedOut = 110;

    // Pinned for its life: the kernel knows the word by its address.
    private readonly int[] _word = GC.AllocateArray<int>(16, pinned: true);

    public override bool Park(long deadline)
    {
        fixed (int* word = _word)
        {
            // The kernel refuses times before its clock began.
            deadline = Math.Max(0, deadline);
            var until = new Timespec { Seconds = (nint)(deadline / MonotonicTime.Second), Nanoseconds = (nint)(deadline % MonotonicTime.Second) };
            while (true)
            {
                if (Interlocked.Exchange(ref *word, 0) != 0)
                    return true;

                var result = Futex(NativeNumbers.Futex, word, WaitBitsetPrivate, 0, deadline == MonotonicTime.Never ? null : &until, null, -1);
                if (result != -1)
                    continue;
                switch (Marshal.GetLastPInvokeError())
                {
                    case Interrupted or TryAgain:
                        break;
                    case TimedOut:
                        return Interlocked.Exchange(ref *word, 0) != 0;
                    case var errno:
                        // Going on would be a loop that never waits.
                        throw new InvalidOperationException($"The kernel refused to wait on a futex (errno {errno}): a sandbox may forbid the call.");
                }
            }
        }
    }

    public override void Unpark()
    {
        fixed (int* word = _word)
        {
            if (Interlocked.Exchange(ref *word, 1) == 0)
                Futex(NativeNumbers.Futex, word, WakePrivate, 1, null, null, 0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Futex(nint number, int* word, nint operation, nint value, Timespec* timeout, int* second, nint bits) =>
        Native.Syscall(number, word, operation, value, timeout, second, bits);
}
