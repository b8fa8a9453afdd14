namespace Qmi.Edge.Runtime;

/// <summary>
/// A file of lines that is turned over when it is full. It is opened when there is something to write, and anew after anything went wrong
/// or somebody took it away, so that trouble with the disk ends when its cause ends.
/// </summary>
internal sealed class LineFile(string path, long maxBytes) : IDisposable
{
    private FileStream? _stream;

    public string Path => path;

    /// <summary>Writes one line, which ends with a newline, in one piece.</summary>
    public void Append(ReadOnlySpan<byte> line)
    {
        try
        {
            Open(line.Length).Write(line);
        }
        catch
        {
            // What is on the disk now is not known.
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _stream = null;
    }

    private FileStream Open(int length)
    {
        if (_stream is not null && !File.Exists(path))
            Dispose();
        _stream ??= OpenAtEnd();
        if (_stream.Length == 0 || _stream.Length + length <= maxBytes)
            return _stream;
        Dispose();
        File.Move(path, path + ".1", overwrite: true);
        return _stream = OpenAtEnd();
    }

    private FileStream OpenAtEnd()
    {
        // Unbuffered: what could not be written must not be written later, after it was counted as lost.
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (stream.Seek(0, SeekOrigin.End) == 0)
            return stream;
        // A power cut or a full disk may have left half a line: the next one must not become part of it.
        stream.Seek(-1, SeekOrigin.End);
        if (stream.ReadByte() != '\n')
            stream.WriteByte((byte)'\n');
        return stream;
    }
}
