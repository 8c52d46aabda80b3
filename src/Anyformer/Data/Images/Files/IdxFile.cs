using System.Buffers.Binary;
using System.IO.Compression;

namespace Anyformer.Data.Images.Files;

/// <summary>
/// Bytes in an IDX file (LeCun, Cortes and Burges), plain or compressed with gzip. Items are read one by one, so that nothing is allocated for
/// items that the header only claims.
/// </summary>
/// <param name="Items">The items, all of the size of <paramref name="Shape"/>.</param>
/// <param name="Shape">The dimensions of an item; none for labels.</param>
internal sealed record IdxFile(byte[][] Items, int[] Shape)
{
    private const int UnsignedBytes = 0x08;
    private const int MostItemBytes = 1 << 24;
    private const int MostDimensions = 4;

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserException">This is no IDX file of bytes, or it is cut short.</exception>
    internal static IdxFile Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
            var sizes = Header(stream, path);
            var size = sizes[1..].Aggregate(1L, (product, side) => product * side);
            if (size is < 1 or > MostItemBytes)
                throw new UserException($"{path}: an item has {string.Join(" x ", sizes[1..])} bytes, expected 1 to {MostItemBytes}.");
            return new IdxFile([.. Read(stream, sizes[0], (int)size)], [.. sizes[1..].Select(side => (int)side)]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new UserException($"{path}: the file cannot be read, breaks off or is damaged ({error.Message}).", error);
        }
    }

    private static IEnumerable<byte[]> Read(Stream stream, long count, int size)
    {
        for (var i = 0L; i < count; i++)
        {
            var item = new byte[size];
            stream.ReadExactly(item);
            yield return item;
        }
    }

    /// <summary>The number of items, and the dimensions of one.</summary>
    private static long[] Header(Stream stream, string path)
    {
        var magic = new byte[4];
        stream.ReadExactly(magic);
        if (magic is not [0, 0, UnsignedBytes, >= 1 and <= MostDimensions])
            throw new UserException(
                $"{path}: the file begins with {BinaryPrimitives.ReadUInt32BigEndian(magic)}, which is not the number of an IDX file of bytes.");
        var sizes = new byte[4 * magic[3]];
        stream.ReadExactly(sizes);
        return [.. sizes.Chunk(4).Select(bytes => (long)BinaryPrimitives.ReadUInt32BigEndian(bytes))];
    }
}
