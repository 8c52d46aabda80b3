namespace Anyformer.Checkpoints;

/// <summary>
/// A checkpoint that stays mapped into memory while it is open, so that tensors can be made over its bytes without copying them.
/// </summary>
/// <remarks>
/// The pages are copied on write: writing through <see cref="DataPointer"/> never changes the file. As with every memory map, a file
/// that another process cuts short while it is open cannot be read safely; replace checkpoints by renaming, as
/// <see cref="SafetensorsWriter"/> does.
/// </remarks>
public abstract class CheckpointFile : IDisposable
{
    private protected CheckpointFile(MappedFile map) => Map = map;

    /// <summary>The path that the file was opened under.</summary>
    public string Path => Map.Path;

    /// <summary>Bytes in the file.</summary>
    public long Length => Map.Length;

    private protected MappedFile Map { get; }

    /// <summary>The address of a tensor's first element; good while this file is open or a <see cref="Hold"/> of it is kept.</summary>
    /// <param name="tensor">A tensor of this file; <see cref="StoredTensor.Length"/> bytes may be read from the address.</param>
    /// <exception cref="ArgumentOutOfRangeException">The tensor is another file's and does not lie inside this one.</exception>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public nint DataPointer(StoredTensor tensor) => Map.Pointer(tensor.Offset, tensor.Length);

    /// <summary>The bytes from a tensor's first element to its last, under the same conditions as <see cref="DataPointer"/>.</summary>
    /// <exception cref="OverflowException">The tensor spans 2 GiB or more, which only <see cref="DataPointer"/> can reach.</exception>
    public ReadOnlySpan<byte> Data(StoredTensor tensor) => Map.Span(tensor.Offset, checked((int)tensor.Length));

    /// <summary>
    /// Keeps the bytes where they are until the result is disposed, also after this file is: what a tensor over them owns.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public IDisposable Hold() => Map.Hold();

    /// <summary>Closes the file; its bytes stay mapped until the last <see cref="Hold"/> is disposed.</summary>
    public void Dispose()
    {
        Map.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Maps the file, reads it, and names it in the error when it is malformed.</summary>
    private protected static T Read<T>(string path, string format, Func<MappedFile, T> read)
        where T : CheckpointFile
    {
        var map = MappedFile.Open(path);
        try
        {
            return read(map);
        }
        catch (MalformedFileException error)
        {
            map.Dispose();
            throw new UserException($"'{path}' cannot be read as a {format} file: {error.Message}.", error);
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }
}
