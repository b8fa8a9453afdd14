using System.Globalization;
using System.Text;

namespace Qmi.Edge.Bridge;

/// <summary>
/// The topics of one client process. Replies come to the caller's own tree, where only the box that was asked may write below its name, and
/// there below the process and the number of the request: so an answer is told by its topic alone, on MQTT 3.1.1 as on 5, and two processes of
/// one user never see each other's.
/// </summary>
internal sealed class ClientTopics
{
    /// <summary>In the place of a box: what is below it comes from this process itself.</summary>
    public const string Oneself = "_";

    private readonly string _replies;
    private readonly byte[] _beforeBox;
    private readonly byte[] _afterBox;

    public ClientTopics(string prefix, string caller, string process)
    {
        (Prefix, Caller) = (prefix, caller);
        // Topics below no box in particular are the same for all.
        All = new Topics(prefix, "+");
        State = All.Client(caller, "state");
        _replies = All.Client(caller, "reply");
        Replies = $"{_replies}/+/{process}/+";
        _beforeBox = Encoding.UTF8.GetBytes(_replies + "/");
        _afterBox = Encoding.UTF8.GetBytes($"/{process}/");
        Process = process;
    }

    public string Prefix { get; }

    public string Caller { get; }

    /// <summary>Identifies this process among those of the caller.</summary>
    public string Process { get; }

    /// <summary>The topics of all boxes, as filters.</summary>
    public Topics All { get; }

    /// <summary>Presence of the caller.</summary>
    public string State { get; }

    /// <summary>All replies to this process: a filter.</summary>
    public string Replies { get; }

    public Topics Of(string box) => new(Prefix, box);

    /// <summary>Where the reply to a request goes.</summary>
    public string Reply(string box, long number) => string.Create(CultureInfo.InvariantCulture, $"{_replies}/{box}/{Process}/{number}");

    /// <summary>Which request a topic is the reply to, and from which box; false when it is none.</summary>
    public bool TryReadReply(ReadOnlySpan<byte> topic, out ReadOnlySpan<byte> box, out long number)
    {
        box = default;
        number = 0;
        if (!topic.StartsWith(_beforeBox))
            return false;
        var rest = topic[_beforeBox.Length..];
        var end = rest.IndexOf(_afterBox);
        if (end < 0)
            return false;
        box = rest[..end];
        return System.Buffers.Text.Utf8Parser.TryParse(rest[(end + _afterBox.Length)..], out number, out var read) && end + _afterBox.Length + read == rest.Length;
    }
}
