using System.Text;

namespace Qmi.Edge.Bridge;

/// <summary>One retained topic of the box.</summary>
internal sealed class LedgerEntry(byte[] topic, int index)
{
    /// <summary>The topic.</summary>
    public byte[] Topic { get; } = topic;

    /// <summary>The same as text.</summary>
    public string Text { get; } = Encoding.UTF8.GetString(topic);

    /// <summary>Its place in the list of all.</summary>
    public int Index { get; } = index;

    /// <summary>Whether it is written down.</summary>
    public LedgerState State { get; set; }

    /// <summary>This process publishes it: it is no remainder of an earlier one.</summary>
    public bool IsOurs { get; set; }

    /// <summary>The last thing published on it was nothing, which makes the broker forget it.</summary>
    public bool IsEmpty { get; set; }

    /// <summary>The broker has acknowledged that.</summary>
    public bool IsCleared { get; set; }

    /// <summary>For the state of a box that has another id now: what the topics of that one begin with, once the broker has it.</summary>
    public string? MovedTo { get; set; }

    /// <summary>In which connection it was cleared last.</summary>
    public long ClearedIn { get; set; }

    /// <summary>The broker does not let us clear it.</summary>
    public bool IsRefused { get; set; }
}

/// <summary>Whether a topic is in the ledger.</summary>
internal enum LedgerState
{
    /// <summary>Nothing of it is at the broker.</summary>
    Forgotten,

    /// <summary>It is about to be written down; until then nothing is published on it.</summary>
    Unsaved,

    /// <summary>It is written down.</summary>
    Saved,
}
