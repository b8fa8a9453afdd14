using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>
/// Who may read and write what, as the contract says, for a reader to check. Boxes are box07 and box08; obs is an observer, alice and bob are
/// operators, adm is an administrator; guest has been let in by the broker, and no rule names it.
/// </summary>
internal static class AccessMatrix
{
    private const string Table = """
        topic                                          obs  alice bob  adm  box07 box08 guest

        qmi/v1/box/box07/state                         r    r     r    r    rw    r     r
        qmi/v1/box/box07/info                          r    r     r    r    rw    r     r
        qmi/v1/box/box07/health                        r    r     r    r    rw    r     r
        qmi/v1/box/box07/alarm/pump                    r    r     r    r    rw    r     r
        qmi/v1/box/box07/log/warning                   r    r     r    r    rw    r     r
        qmi/v1/box/box07/task/stage/info               r    r     r    r    rw    r     r
        qmi/v1/box/box07/task/stage/state              r    r     r    r    rw    r     r
        qmi/v1/box/box07/task/stage/status             r    r     r    r    rw    r     r
        qmi/v1/box/box07/task/stage/settings           r    r     r    r    rw    r     r
        qmi/v1/box/box07/task/stage/lock               r    r     r    r    rw    r     r
        qmi/v1/box/box07/task/stage/sig/pos            r    r     r    r    rw    r     r
        qmi/v1/box/box07/task/stage/ack/alice          r    r     r    r    rw    r     r
        qmi/v1/box/box07/instrument/dmm/info           r    r     r    r    rw    r     r
        qmi/v1/box/box07/instrument/dmm/state          r    r     r    r    rw    r     r
        qmi/v1/box/box07/instrument/dmm/lock           r    r     r    r    rw    r     r
        qmi/v1/box/box07/instrument/dmm/sig/volts      r    r     r    r    rw    r     r

        qmi/v1/box/box07/task/stage/push/obs           r    -     -    -    rw    -     -
        qmi/v1/box/box07/task/stage/push/alice         -    rw    -    -    rw    -     -
        qmi/v1/box/box07/task/stage/push/adm           -    -     -    rw   rw    -     -
        qmi/v1/box/box07/task/stage/push/box08         -    -     -    -    rw    r     -
        qmi/v1/box/box07/task/stage/push/guest         -    -     -    -    rw    -     r
        qmi/v1/box/box07/task/stage/push/alice/more    -    -     -    -    rw    -     -

        qmi/v1/box/box07/get/obs/stage/get_status      w    -     -    -    rw    -     -
        qmi/v1/box/box07/get/alice/stage/get_status    -    w     -    -    rw    -     -
        qmi/v1/box/box07/get/bob/stage/get_status      -    -     w    -    rw    -     -
        qmi/v1/box/box07/get/adm/stage/get_status      -    -     -    w    rw    -     -
        qmi/v1/box/box07/get/box08/stage/get_status    -    -     -    -    rw    w     -
        qmi/v1/box/box07/get/guest/stage/get_status    -    -     -    -    rw    -     w
        qmi/v1/box/box07/get/alice2/stage/get_status   -    -     -    -    rw    -     -

        qmi/v1/box/box07/call/obs/stage/start          -    -     -    -    rw    -     -
        qmi/v1/box/box07/call/alice/stage/start        -    w     -    -    rw    -     -
        qmi/v1/box/box07/call/bob/stage/start          -    -     w    -    rw    -     -
        qmi/v1/box/box07/call/adm/stage/start          -    -     -    w    rw    -     -
        qmi/v1/box/box07/call/box08/stage/start        -    -     -    -    rw    -     -
        qmi/v1/box/box07/call/guest/stage/start        -    -     -    -    rw    -     -

        qmi/v1/box/box07/admin/obs/stage/force_unlock  -    -     -    -    rw    -     -
        qmi/v1/box/box07/admin/alice/stage/force_unlock -   -     -    -    rw    -     -
        qmi/v1/box/box07/admin/adm/stage/force_unlock  -    -     -    w    rw    -     -
        qmi/v1/box/box07/admin/box08/_box/reboot       -    -     -    -    rw    -     -
        qmi/v1/box/box07/admin/guest/_box/reboot       -    -     -    -    rw    -     -

        qmi/v1/box/box07/reply/obs/stage/get_status    r    -     -    -    rw    -     -
        qmi/v1/box/box07/reply/alice/stage/start       -    r     -    -    rw    -     -
        qmi/v1/box/box07/reply/bob/stage/start         -    -     r    -    rw    -     -
        qmi/v1/box/box07/reply/adm/stage/start         -    -     -    r    rw    -     -
        qmi/v1/box/box07/reply/box08/stage/get_status  -    -     -    -    rw    r     -
        qmi/v1/box/box07/reply/guest/stage/get_status  -    -     -    -    rw    -     r
        qmi/v1/box/box07/reply/alice2/stage/start      -    -     -    -    rw    -     -

        qmi/v1/client/alice/state                      -    rw    -    -    r     r     -
        qmi/v1/client/alice/reply/box07/1              -    rw    -    -    w     -     -
        qmi/v1/client/alice/reply/box08/1              -    rw    -    -    -     w     -
        qmi/v1/client/alice/notes                      -    rw    -    -    -     -     -
        qmi/v1/client/obs/state                        rw   -     -    -    r     r     -
        qmi/v1/client/obs/reply/box07/1                rw   -     -    -    w     -     -
        qmi/v1/client/guest/state                      -    -     -    -    r     r     rw
        qmi/v1/client/box07/state                      -    -     -    -    rw    r     -

        qmi/v1/alias/cold_end                          r    r     r    r    rw    rw    r
        qmi/v1/alias/cold_end/below                    -    -     -    -    -     -     -

        qmi/v1/box/box08/state                         r    r     r    r    r     rw    r
        qmi/v1/box/box08/call/alice/stage/start        -    w     -    -    -     rw    -
        qmi/v1/box/box08/admin/adm/_box/reboot         -    -     -    w    -     rw    -
        qmi/v1/box/box08/reply/alice/stage/start       -    r     -    -    -     rw    -
        qmi/v1/box/box070/state                        r    r     r    r    r     r     r

        qmi/v1/box/box07/unnamed                       -    -     -    -    rw    -     -
        qmi/v1/unnamed                                 -    -     -    -    -     -     -
        qmi/v2/box/box07/state                         -    -     -    -    -     -     -
        homeassistant/device/qmi_box07/config          -    -     -    -    -     -     -
        lab/door                                       -    -     -    -    -     -     -
        """;

    /// <summary>The plan that the table is about.</summary>
    public static AccessPlan Plan { get; } = new()
    {
        Boxes = ["box07", "box08"],
        Users = [new("obs", RpcAccess.Read), new("alice", RpcAccess.Control), new("bob", RpcAccess.Control), new("adm", RpcAccess.Admin)],
    };

    /// <summary>Whom no rule names.</summary>
    public const string Guest = "guest";

    /// <summary>All who are in the table, in its order.</summary>
    public static IReadOnlyList<string> Names { get; } = Rows().First()[1..];

    /// <summary>All topics, in the order of the table.</summary>
    public static IReadOnlyList<string> Topics { get; } = [.. Rows().Skip(1).Select(row => row[0])];

    /// <summary>What the table says, one line for each cell, so that a difference shows where it is.</summary>
    public static IEnumerable<string> Expected(Predicate<string>? isKnown = null) =>
        from row in Rows().Skip(1)
        from column in Enumerable.Range(0, Names.Count)
        select Cell(row[0], Names[column], isKnown is null || isKnown(Names[column]) ? row[column + 1] : "-");

    /// <summary>What somebody was found to be able to do.</summary>
    public static IEnumerable<string> Found(Func<string, string, bool> reads, Func<string, string, bool> writes) =>
        from topic in Topics
        from name in Names
        select Cell(topic, name, (reads(topic, name), writes(topic, name)) switch { (true, true) => "rw", (true, false) => "r", (false, true) => "w", _ => "-" });

    private static string Cell(string topic, string name, string access) => $"{name} {access} {topic}";

    private static IEnumerable<string[]> Rows() =>
        Table.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Where(row => row.Length > 0);
}
