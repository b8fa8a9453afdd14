using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>What was found of a renewal that a restart has cut.</summary>
internal enum FoundRenewal
{
    /// <summary>There is none, or it had not begun.</summary>
    None,

    /// <summary>The new pair is in place, and no connection has been made with it yet.</summary>
    OnTrial,

    /// <summary>It was cut in the middle: the old pair is in place again.</summary>
    Undone,
}

/// <summary>
/// A certificate and its key, their successors (<c>.new</c>) and their predecessors (<c>.old</c>). Two files cannot be replaced in one step: a
/// mark (<c>.trial</c>) stands from before the first until a connection was made with both, so that after a power cut at any instant it is
/// known what to do, and a pair that fits comes out of it.
/// </summary>
internal sealed class CertificateFiles(string certificateFile, string keyFile, DurableFiles disk)
{
    private const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private string NewCertificate => certificateFile + ".new";

    private string OldCertificate => certificateFile + ".old";

    private string NewKey => keyFile + ".new";

    private string OldKey => keyFile + ".old";

    private string Mark => certificateFile + ".trial";

    /// <summary>Keeps a new key, which only the box's user can read.</summary>
    public void KeepNewKey(string pem) => disk.Write(NewKey, Encoding.ASCII.GetBytes(pem));

    /// <summary>The new key, or null.</summary>
    public string? ReadNewKey() => DurableFiles.Exists(NewKey) ? Encoding.ASCII.GetString(DurableFiles.Read(NewKey)) : null;

    /// <summary>Puts a certificate and the new key in place, on trial.</summary>
    /// <exception cref="IOException">A file cannot be written; the old pair is in place.</exception>
    public void Install(string certificatePem)
    {
        disk.Write(NewCertificate, Encoding.ASCII.GetBytes(certificatePem), ForAll);
        disk.Copy(certificateFile, OldCertificate);
        disk.Copy(keyFile, OldKey);
        try
        {
            disk.Write(Mark, "The new certificate is on trial: without a connection the old one comes back.\n"u8, ForAll);
            disk.Rename(NewKey, keyFile);
            disk.Rename(NewCertificate, certificateFile);
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            GoBack();
            throw;
        }
    }

    /// <summary>The new pair stays.</summary>
    public void Keep() => disk.Delete(Mark);

    /// <summary>Puts the old pair back; the new one is kept beside it, to be tried again.</summary>
    public void GoBack()
    {
        Restore(keyFile, OldKey, NewKey);
        Restore(certificateFile, OldCertificate, NewCertificate);
        disk.Delete(Mark);
    }

    /// <summary>Looks for a renewal that was cut, and puts it right.</summary>
    public FoundRenewal Recover()
    {
        if (!DurableFiles.Exists(Mark))
            return FoundRenewal.None;
        // Without what was before there is nothing to go back to.
        if (!DurableFiles.Exists(OldCertificate) || !DurableFiles.Exists(OldKey))
        {
            disk.Delete(Mark);
            return FoundRenewal.None;
        }

        switch (IsOld(certificateFile, OldCertificate), IsOld(keyFile, OldKey))
        {
            case (false, false):
                return FoundRenewal.OnTrial;
            case (true, true):
                disk.Delete(Mark);
                return FoundRenewal.None;
            default:
                GoBack();
                return FoundRenewal.Undone;
        }
    }

    private void Restore(string file, string old, string beside)
    {
        if (IsOld(file, old))
            return;
        disk.Copy(file, beside);
        disk.Copy(old, file);
    }

    private static bool IsOld(string file, string old) => DurableFiles.Read(file).AsSpan().SequenceEqual(DurableFiles.Read(old));
}
