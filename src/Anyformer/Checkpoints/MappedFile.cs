using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Anyformer.Checkpoints;

/// <summary>
/// A whole file mapped into memory. The pages are private copies on write: whoever changes a tensor that lies over the map
/// changes this process's memory and never the file.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly SafeMemoryMappedViewHandle _view;
    private readonly Reference _reference;
    private bool _disposed;

    private MappedFile(string path, SafeMemoryMappedViewHandle view, long length)
    {
        Path = path;
        Length = length;
        _view = view;
        _reference = new Reference(view);
    }

    /// <summary>The path that the file was opened under.</summary>
    public string Path { get; }

    /// <summary>Bytes in the file.</summary>
    public long Length { get; }

    /// <summary>Maps the file at <paramref name="path"/>.</summary>
    /// <exception cref="UserException">There is no such file, it may not be read, or it is empty.</exception>
    /// <exception cref="IOException">The disk failed, or the file is larger than the machine's memory.</exception>
    public static MappedFile Open(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return Map(path, stream);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserException($"There is no file '{path}'.", error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new UserException($"'{path}' is a folder, or a file that may not be read.", error);
        }
    }

    /// <summary>The address of <paramref name="length"/> bytes at <paramref name="offset"/>; good until the last holder lets go.</summary>
    public nint Pointer(long offset, long length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (offset < 0 || length < 0 || offset > Length - length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{length} bytes from here are not inside '{Path}'");
        return (nint)(_reference.Start + offset);
    }

    /// <summary>The bytes from <paramref name="offset"/> on; they must not be touched after the last holder has let go.</summary>
    public ReadOnlySpan<byte> Span(long offset, int length) => new((void*)Pointer(offset, length), length);

    /// <summary>Keeps the mapping until the result is disposed, also after this object is.</summary>
    public IDisposable Hold()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new Reference(_view);
    }

    /// <summary>Lets the mapping go; it ends with its last holder.</summary>
    public void Dispose()
    {
        _disposed = true;
        _reference.Dispose();
        _view.Dispose();
    }

    private static MappedFile Map(string path, FileStream stream)
    {
        var length = stream.Length;
        if (length == 0)
            throw new UserException($"The file '{path}' is empty, expected a checkpoint.");
        try
        {
            using var map = MemoryMappedFile.CreateFromFile(
                stream, null, length, MemoryMappedFileAccess.CopyOnWrite, HandleInheritability.None, leaveOpen: true);
            var view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.CopyOnWrite);
            return new MappedFile(path, view.SafeMemoryMappedViewHandle, length);
        }
        catch (IOException error)
        {
            // Pages that may be written count against the machine's memory, so a file larger than that can be refused.
            throw new IOException($"The {length} bytes of '{path}' cannot be mapped into memory: {error.Message}.", error);
        }
    }

    /// <summary>One count on the view's handle; the finalizer gives back a count that its owner forgot.</summary>
    private sealed class Reference : IDisposable
    {
        private SafeMemoryMappedViewHandle? _view;

        public Reference(SafeMemoryMappedViewHandle view)
        {
            byte* start = null;
            view.AcquirePointer(ref start);
            Start = start;
            _view = view;
        }

        ~Reference() => Release();

        public byte* Start { get; }

        public void Dispose()
        {
            Release();
            GC.SuppressFinalize(this);
        }

        private void Release() => Interlocked.Exchange(ref _view, null)?.ReleasePointer();
    }
}
