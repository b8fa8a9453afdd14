namespace Qmi.Edge.Runtime;

/// <summary>
/// What a box asks of the place that keeps its state through power cuts. Names are relative, with <c>/</c> between folder and file; folders
/// are made as needed. What is said to be on the disk survives a power cut; everything else may be there or not, in any part.
/// </summary>
/// <remarks>Every member may throw <see cref="IOException"/>: a full disk, a card that fails.</remarks>
public interface IStateDisk
{
    /// <summary>The content of a file, or null when there is none.</summary>
    byte[]? Read(string name);

    /// <summary>Makes or replaces a file; its content is on the disk when this returns, its name perhaps only after <see cref="FlushFolder"/>.</summary>
    void Write(string name, ReadOnlySpan<byte> content);

    /// <summary>Gives a file another name, in place of a file that has that name. Another process sees the old file or the new one, never none.</summary>
    void Rename(string name, string newName);

    /// <summary>Deletes a file; when there is none, nothing happens.</summary>
    void Delete(string name);

    /// <summary>The names of the files in a folder, without the folder; empty when there is no such folder.</summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>Puts what <see cref="Write"/>, <see cref="Rename"/> and <see cref="Delete"/> did to the names of a folder on the disk.</summary>
    /// <param name="folder">The folder; empty for the topmost.</param>
    void FlushFolder(string folder);

    /// <summary>Opens a file for reading and writing in place, and reserves room for it, so that writing inside of it cannot fail because the disk is full.</summary>
    /// <param name="name">The file.</param>
    /// <param name="size">How many bytes it has from then on; what is new is zero.</param>
    IStateFile Open(string name, long size);
}

/// <summary>A file that is written in place.</summary>
public interface IStateFile : IDisposable
{
    /// <summary>How many bytes it has.</summary>
    long Size { get; }

    /// <summary>Reads bytes from a place; all of <paramref name="bytes"/> is filled.</summary>
    void Read(long offset, Span<byte> bytes);

    /// <summary>Writes bytes at a place inside the file.</summary>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Puts what was written on the disk.</summary>
    void Flush();
}
