using System.Runtime.InteropServices;

namespace Qmi.Edge.Bridge;

/// <summary>Changes files so that each change is whole and on the disk when it returns, whatever happens to the power.</summary>
internal partial class DurableFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static bool Exists(string file) => File.Exists(file);

    public static byte[] Read(string file) => File.ReadAllBytes(file);

    /// <summary>Makes or replaces a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="content">Its content.</param>
    /// <param name="mode">Who may read and write it; it has this mode from its first byte on.</param>
    public virtual void Write(string file, ReadOnlySpan<byte> content, UnixFileMode mode = OwnerOnly)
    {
        var unfinished = file + ".part";
        File.Delete(unfinished);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using (var stream = new FileStream(unfinished, options))
        {
            stream.Write(content);
            // The mode that a file is made with is cut down by the process's umask.
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(stream.SafeFileHandle, mode);
            stream.Flush(flushToDisk: true);
        }

        File.Move(unfinished, file, overwrite: true);
        FlushFolderOf(file);
    }

    /// <summary>Gives a file the content and the mode of another.</summary>
    public void Copy(string file, string copy) => Write(copy, Read(file), OperatingSystem.IsWindows() ? OwnerOnly : File.GetUnixFileMode(file));

    /// <summary>Gives a file another name, in place of a file that has that name.</summary>
    public virtual void Rename(string file, string newName)
    {
        File.Move(file, newName, overwrite: true);
        FlushFolderOf(newName);
    }

    /// <summary>Deletes a file; when there is none, nothing happens.</summary>
    public virtual void Delete(string file)
    {
        File.Delete(file);
        FlushFolderOf(file);
    }

    private static void FlushFolderOf(string file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var descriptor = Native.Open(folder, Native.ReadOnlyCloseOnExec);
        if (descriptor < 0)
            throw new IOException($"{folder} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        try
        {
            if (Native.Flush(descriptor) != 0)
                throw new IOException($"{folder} cannot be flushed to the disk: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        finally
        {
            _ = Native.Close(descriptor);
        }
    }

    private static partial class Native
    {
        public const int ReadOnlyCloseOnExec = 0x80000;

        [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        public static partial int Open(string path, int flags);

        [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
        public static partial int Flush(int descriptor);

        [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
        public static partial int Close(int descriptor);
    }
}
