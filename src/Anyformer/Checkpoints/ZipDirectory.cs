namespace Anyformer.Checkpoints;

/// <summary>A file inside a zip archive, stored as it is: where its bytes lie in the archive.</summary>
internal readonly record struct ZipEntry(long Offset, long Length);

/// <summary>
/// Finds the stored (uncompressed) files of a zip archive. The base class library's reader gives streams but not the places of the bytes,
/// which mapping them into memory needs. Source: PKWARE's APPNOTE.TXT, sections 4.3 and 4.5.3 (zip64).
/// </summary>
internal sealed class ZipDirectory
{
    private const uint LocalSignature = 0x04034b50;
    private const uint EndSignature = 0x06054b50;
    private const uint Zip64EndSignature = 0x06064b50;
    private const uint Zip64LocatorSignature = 0x07064b50;
    private const int LocalLength = 30;
    private const int EndLength = 22;
    private const int Zip64EndLength = 56;
    private const int Zip64LocatorLength = 20;

    private readonly MappedFile _file;
    private readonly long _start;
    private readonly Dictionary<string, ZipRecord> _records = [];

    /// <summary>Reads the directory of an archive.</summary>
    public ZipDirectory(MappedFile file)
    {
        var (offset, length, count) = FindDirectory(file);
        if (offset > (ulong)file.Length || length > (ulong)file.Length - offset || length > int.MaxValue)
            throw new MalformedFileException($"its zip directory claims {length} bytes at byte {offset} of {file.Length}");

        (_file, _start) = (file, (long)offset);
        var reader = new ByteReader(file.Span(_start, (int)length), "zip directory");
        for (; count > 0; count--)
        {
            var record = ZipRecord.Read(ref reader);
            if (!_records.TryAdd(record.Name, record))
                throw new MalformedFileException($"its zip directory names {Quoted.Name(record.Name)} twice");
        }
    }

    /// <summary>The names of the entries, in the order of the directory.</summary>
    public IReadOnlyCollection<string> Names => _records.Keys;

    /// <summary>Finds an entry by its name; what is found lies inside the archive.</summary>
    /// <exception cref="MalformedFileException">The entry is compressed or encrypted, or does not lie where the directory says.</exception>
    public bool TryFind(string name, out ZipEntry entry)
    {
        var isThere = _records.TryGetValue(name, out var record);
        entry = isThere ? Locate(record) : default;
        return isThere;
    }

    private ZipEntry Locate(ZipRecord record)
    {
        var name = Quoted.Name(record.Name);
        if (record.IsEncrypted)
            throw new MalformedFileException($"its entry {name} is encrypted");
        if (!record.IsStored)
            throw new MalformedFileException($"its entry {name} is compressed, expected entries stored as torch.save stores them");

        var data = DataOffset(name, record.LocalOffset);
        if (data > _start || record.Length > (ulong)(_start - data))
            throw new MalformedFileException($"its entry {name} claims {record.Length} bytes, more than the file holds");
        return new ZipEntry(data, (long)record.Length);
    }

    /// <summary>The local header repeats the name and may have other extra fields than the directory: PyTorch pads with them.</summary>
    private long DataOffset(string name, ulong localOffset)
    {
        var start = (long)Math.Min(localOffset, (ulong)_start);
        var header = new ByteReader(_file.Span(start, (int)Math.Min(_start - start, LocalLength)), "zip local header");
        if (header.UInt32() != LocalSignature)
            throw new MalformedFileException($"its entry {name} has no local header");
        header.Bytes(22);
        return start + LocalLength + header.UInt16() + header.UInt16();
    }

    private static (ulong Offset, ulong Length, ulong Count) FindDirectory(MappedFile file)
    {
        var end = FindEnd(file);
        var reader = new ByteReader(file.Span(end, EndLength), "zip end record");
        reader.Bytes(10);
        var count = reader.UInt16();
        var length = reader.UInt32();
        var offset = reader.UInt32();
        return count == ushort.MaxValue || length == uint.MaxValue || offset == uint.MaxValue
            ? FindZip64Directory(file, end)
            : (offset, length, count);
    }

    private static long FindEnd(MappedFile file)
    {
        var tailLength = (int)Math.Min(file.Length, EndLength + ushort.MaxValue);
        var tail = file.Span(file.Length - tailLength, tailLength);
        for (var position = tailLength - EndLength; position >= 0; position--)
        {
            var reader = new ByteReader(tail[position..], "zip end record");
            if (reader.UInt32() != EndSignature)
                continue;
            reader.Bytes(EndLength - sizeof(uint) - sizeof(ushort));
            if (reader.UInt16() == reader.Remaining)
                return file.Length - tailLength + position;
        }
        throw new MalformedFileException("it is cut short: a zip archive ends with a directory");
    }

    private static (ulong Offset, ulong Length, ulong Count) FindZip64Directory(MappedFile file, long end)
    {
        if (end < Zip64LocatorLength)
            throw new MalformedFileException("its zip64 locator is missing");
        var locator = new ByteReader(file.Span(end - Zip64LocatorLength, Zip64LocatorLength), "zip64 locator");
        var signature = locator.UInt32();
        locator.Bytes(sizeof(uint));
        var start = locator.UInt64();
        if (signature != Zip64LocatorSignature || end < Zip64EndLength || start > (ulong)(end - Zip64EndLength))
            throw new MalformedFileException("its zip64 locator is missing or points outside the file");

        var reader = new ByteReader(file.Span((long)start, Zip64EndLength), "zip64 end record");
        if (reader.UInt32() != Zip64EndSignature)
            throw new MalformedFileException("its zip64 end record is missing");
        reader.Bytes(28);
        var count = reader.UInt64();
        var length = reader.UInt64();
        return (reader.UInt64(), length, count);
    }
}
