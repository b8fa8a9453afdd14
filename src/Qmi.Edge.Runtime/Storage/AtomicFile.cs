using System.Globalization;
using System.Text;

namespace Qmi.Edge.Runtime;

/// <summary>
/// A small file that is always whole: after a power cut at any instant it has its last saved content or the one before, and any byte that
/// changed by itself is noticed. Its first line has length and checksum; the rest is the content, for people to read.
/// </summary>
/// <param name="disk">Where it is.</param>
/// <param name="name">Its name; beside it there may be <c>.old</c>, <c>.new</c> and <c>.damaged</c>.</param>
public sealed class AtomicFile(IStateDisk disk, string name)
{
    private const string Magic = "qmi-edge-state 1";
    private const int LongestHeader = 64;

    private readonly string _folder = name.Contains('/') ? name[..name.LastIndexOf('/')] : "";
    private bool? _exists;
    private bool _isDamaged;

    /// <summary>Its name.</summary>
    public string Name => name;

    private string Old => name + ".old";

    private string New => name + ".new";

    /// <summary>What was saved last, as far as it can be known.</summary>
    public LoadedState Load()
    {
        var newest = Read(name);
        _exists = newest is not null;
        if (newest is not null && TryOpen(newest) is { } content)
            return new LoadedState(content, null);
        var old = Read(Old);
        var before = old is null ? null : TryOpen(old);
        // Without a newest one the power was cut between two renames: then the old one is the last that was acknowledged, and nothing is wrong with it.
        if (newest is null)
            return new LoadedState(before, old is not null && before is null ? $"{name} is not there, and what was saved before it is damaged." : null);

        TrySetAside();
        return new LoadedState(before, before is null
            ? $"{name} is damaged, and so is what was saved before it. It is kept as {name}.damaged."
            : $"{name} is damaged: what was saved before it is used. It is kept as {name}.damaged.");
    }

    /// <summary>What <see cref="Load"/> would find, without setting anything aside.</summary>
    /// <exception cref="IOException">The disk cannot be read.</exception>
    public ReadOnlyMemory<byte>? Peek() =>
        disk.Read(name) is { } newest && TryOpen(newest) is { } content ? content : disk.Read(Old) is { } old ? TryOpen(old) : null;

    /// <summary>Replaces the content; it is on the disk when this returns.</summary>
    /// <exception cref="IOException">It is not: what was saved before is still there.</exception>
    public void Save(ReadOnlySpan<byte> content)
    {
        if (_isDamaged)
            SetAside();
        disk.Write(New, Enclose(content));
        if (_exists ??= disk.Read(name) is not null)
            disk.Rename(name, Old);
        // Between the two renames there is no newest file. Whatever fails now must not make the next save take the old one for it.
        _exists = false;
        disk.Rename(New, name);
        _exists = true;
        disk.FlushFolder(_folder);
    }

    /// <summary>Forgets everything that was saved.</summary>
    public void Delete()
    {
        foreach (var file in (ReadOnlySpan<string>)[name, New, Old])
            disk.Delete(file);
        _exists = false;
        disk.FlushFolder(_folder);
    }

    // What a failing card no longer gives is damaged like what it gives wrongly.
    private byte[]? Read(string file)
    {
        try
        {
            return disk.Read(file);
        }
        catch (IOException)
        {
            return [];
        }
    }

    // Not as the old one: that is the good one. A disk that does not take this now is asked again before the next save.
    private void TrySetAside()
    {
        _isDamaged = true;
        try
        {
            SetAside();
        }
        catch (IOException)
        {
            // What was found is told in any case.
        }
    }

    private void SetAside()
    {
        disk.Rename(name, name + ".damaged");
        (_exists, _isDamaged) = (false, false);
    }

    private static byte[] Enclose(ReadOnlySpan<byte> content)
    {
        var header = Encoding.ASCII.GetBytes($"{Magic} bytes={content.Length} crc32c={Checksum.Of(content):x8}\n");
        return [.. header, .. content];
    }

    private static ReadOnlyMemory<byte>? TryOpen(byte[] file)
    {
        var end = file.AsSpan(0, Math.Min(file.Length, LongestHeader)).IndexOf((byte)'\n');
        if (end < 0)
            return null;
        var content = file.AsMemory(end + 1);
        // The header is compared as a whole with what it must be: there is only one right one.
        var header = string.Create(CultureInfo.InvariantCulture, $"{Magic} bytes={content.Length} crc32c={Checksum.Of(content.Span):x8}");
        // Spelled out: a bare null would become an empty content.
        return file.AsSpan(0, end).SequenceEqual(Encoding.ASCII.GetBytes(header)) ? content : default(ReadOnlyMemory<byte>?);
    }
}

/// <summary>What was found on a disk.</summary>
/// <param name="Content">The content; null when there is none that can be used.</param>
/// <param name="Damage">What was wrong, for an alarm; null when nothing was.</param>
public readonly record struct LoadedState(ReadOnlyMemory<byte>? Content, string? Damage);
