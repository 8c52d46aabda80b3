using System.Buffers.Binary;
using System.IO.Compression;

namespace Anyformer.Data.TimeSeries;

/// <summary>
/// Decompresses a gzip file of one part, and throws at the end when the file was cut short, which the runtime's own stream passes over
/// in silence: the last four bytes of a whole file are the uncompressed length.
/// </summary>
internal sealed class WholeGzipStream(FileStream file) : Stream
{
    private const int ShortestFile = 18;
    private readonly uint _expectedLength = ReadLength(file);
    private readonly GZipStream _inner = new(file, CompressionMode.Decompress);
    private uint _length;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = _inner.Read(buffer);
        unchecked
        {
            _length += (uint)read;
        }
        if (read == 0 && !buffer.IsEmpty && _length != _expectedLength)
            throw new InvalidDataException("the gzip data end early, or are of several parts; expected one whole part");
        return read;
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }

    private static uint ReadLength(FileStream file)
    {
        if (file.Length < ShortestFile)
            throw new InvalidDataException("the gzip data end early");
        Span<byte> trailer = stackalloc byte[sizeof(uint)];
        file.Seek(-trailer.Length, SeekOrigin.End);
        file.ReadExactly(trailer);
        file.Position = 0;
        return BinaryPrimitives.ReadUInt32LittleEndian(trailer);
    }
}
