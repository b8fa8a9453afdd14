using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Qmi.Edge.Runtime;

/// <summary>A folder of the file system as a box's <see cref="IStateDisk"/>. Only its owner may look into it, and only one process uses it.</summary>
public sealed partial class FolderDisk : IStateDisk, IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string LockFile = ".in-use";

    private readonly string _root;
    private readonly FileStream _inUse;

    /// <summary>Takes the folder for this process; it is made when it does not exist.</summary>
    /// <exception cref="IOException">It cannot be made or written, or another process uses it: the message says which.</exception>
    public FolderDisk(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _root = Path.GetFullPath(path);
        try
        {
            CreateFolder(_root);
            // The system holds the lock for the process and frees it however the process ends.
            _inUse = new FileStream(Path.Combine(_root, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"The state folder {_root} cannot be made or written by the user {Environment.UserName}: change its owner or its mode.", exception);
        }
        catch (IOException exception)
        {
            throw new IOException($"The state folder {_root} cannot be taken ({exception.Message}): does another box use it? Each needs a folder of its own.", exception);
        }
    }

    /// <summary>The full name of the folder.</summary>
    public string Root => _root;

    /// <inheritdoc />
    public byte[]? Read(string name)
    {
        try
        {
            return File.ReadAllBytes(PathOf(name));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc />
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        using var stream = Open(PathFor(name), FileMode.Create);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    /// <inheritdoc />
    public void Rename(string name, string newName) => File.Move(PathOf(name), PathFor(newName), overwrite: true);

    /// <inheritdoc />
    public void Delete(string name)
    {
        if (Path.GetDirectoryName(PathOf(name)) is { } folder && Directory.Exists(folder))
            File.Delete(PathOf(name));
    }

    /// <inheritdoc />
    public IReadOnlyList<string> List(string folder) => Directory.Exists(PathOf(folder))
        ? [.. Directory.EnumerateFiles(PathOf(folder)).Select(file => Path.GetFileName(file)).Where(file => file != LockFile).Order(StringComparer.Ordinal)]
        : [];

    /// <inheritdoc />
    public void FlushFolder(string folder)
    {
        var path = PathOf(folder);
        // .NET opens no folders, and a name is on the disk only when its folder was flushed.
        var descriptor = Native.Open(path, Native.ReadOnlyFolder);
        if (descriptor < 0)
            throw new IOException($"{path} cannot be opened (errno {Marshal.GetLastPInvokeError()}).");
        var result = Native.Flush(descriptor);
        var errno = Marshal.GetLastPInvokeError();
        _ = Native.Close(descriptor);
        if (result != 0)
            throw new IOException($"{path} cannot be flushed (errno {errno}).");
    }

    /// <inheritdoc />
    public IStateFile Open(string name, long size)
    {
        var path = PathFor(name);
        var stream = Open(path, FileMode.OpenOrCreate);
        try
        {
            Reserve(stream, size);
            return new FolderFile(stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Lets other processes take the folder.</summary>
    public void Dispose() => _inUse.Dispose();

    // Zeros instead of a promise of the file system: room that was written is there on all of them, and flushing a write into it touches no other block.
    private static void Reserve(FileStream stream, long size)
    {
        var zeros = new byte[64 * 1024];
        stream.Seek(0, SeekOrigin.End);
        if (stream.Position >= size)
            return;
        while (stream.Position < size)
            stream.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, size - stream.Position)));
        stream.Flush(flushToDisk: true);
    }

    private static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }

    private static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("A box keeps its state on Linux.");
        Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
    }

    private string PathOf(string name) => Path.Combine(_root, name);

    private string PathFor(string name)
    {
        var path = PathOf(name);
        CreateFolder(Path.GetDirectoryName(path)!);
        return path;
    }

    private sealed class FolderFile(FileStream stream) : IStateFile
    {
        private readonly SafeFileHandle _handle = stream.SafeFileHandle;

        public long Size { get; } = stream.Length;

        public void Read(long offset, Span<byte> bytes)
        {
            while (bytes.Length > 0)
            {
                var count = RandomAccess.Read(_handle, bytes, offset);
                if (count == 0)
                    throw new EndOfStreamException($"{stream.Name} is shorter than it was.");
                bytes = bytes[count..];
                offset += count;
            }
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_handle, bytes, offset);

        public void Flush()
        {
            if (Native.FlushData(_handle) != 0)
                throw new IOException($"{stream.Name} cannot be flushed (errno {Marshal.GetLastPInvokeError()}).");
        }

        public void Dispose() => stream.Dispose();
    }

    private static partial class Native
    {
        // O_DIRECTORY | O_CLOEXEC, which differ between architectures.
        public static readonly int ReadOnlyFolder = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 | 0x80000 : 0x10000 | 0x80000;

        [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        public static partial int Open(string path, int flags);

        [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
        public static partial int Flush(int descriptor);

        [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
        public static partial int FlushData(SafeFileHandle descriptor);

        [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
        public static partial int Close(int descriptor);
    }
}
