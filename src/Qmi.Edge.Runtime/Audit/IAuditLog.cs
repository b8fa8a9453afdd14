namespace Qmi.Edge.Runtime;

/// <summary>Where audit entries go. Writing never blocks the caller on a disk.</summary>
public interface IAuditLog
{
    /// <summary>Records one entry.</summary>
    void Write(AuditEntry entry);
}

/// <summary>Keeps nothing: for boxes without an audit file.</summary>
internal sealed class NoAuditLog : IAuditLog
{
    public static readonly NoAuditLog Instance = new();

    public void Write(AuditEntry entry)
    {
    }
}
