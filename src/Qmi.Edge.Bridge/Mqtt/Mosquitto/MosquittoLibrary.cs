using System.Runtime.InteropServices;
using static Qmi.Edge.Bridge.Libmosquitto;

namespace Qmi.Edge.Bridge;

/// <summary>Finds libmosquitto once, and says what to install when it is not there.</summary>
internal static class MosquittoLibrary
{
    private static readonly Lock Gate = new();
    private static bool s_ready;

    /// <summary>Loads and initialises the library, once in the process: its own count of users is not safe across threads.</summary>
    /// <exception cref="DllNotFoundException">The message names the package.</exception>
    public static unsafe void EnsureLoaded()
    {
        lock (Gate)
        {
            if (s_ready)
                return;

            Find(Soname);
            int major;
            int minor;
            int revision;
            mosquitto_lib_version(&major, &minor, &revision);
            if (major < 2)
                throw new DllNotFoundException($"{Soname} has version {major}.{minor}.{revision}; 2.0 or later is needed, which Debian 11 and later have.");

            var result = mosquitto_lib_init();
            if (result != Result.Success)
                throw new DllNotFoundException($"{Soname} could not be initialised: {MosquittoText.Describe(result)}.");
            s_ready = true;
        }
    }

    internal static void Find(string soname)
    {
        if (!NativeLibrary.TryLoad(soname, typeof(MosquittoLibrary).Assembly, null, out _))
            throw new DllNotFoundException($"{soname} is not installed. It is the MQTT client library; install it with: apt install libmosquitto1");
    }
}
