using System.IO.Compression;
using Anyformer.Checkpoints;

namespace Anyformer.Tests.Checkpoints;

public sealed class ZipDirectoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("training.pt")]
    [InlineData("views.pt")]
    [InlineData("dtypes.pt")]
    public void FindsTheBytesThatTheBaseClassLibraryReads(string fixture)
    {
        using var file = MappedFile.Open(Fixture.PathOf(fixture));
        using var archive = ZipFile.OpenRead(Fixture.PathOf(fixture));
        Assert.NotEmpty(archive.Entries);
        var directory = new ZipDirectory(file);
        Assert.Equal(archive.Entries.Select(entry => entry.FullName), directory.Names);
        foreach (var expected in archive.Entries)
        {
            using var stream = expected.Open();
            var bytes = new byte[expected.Length];
            stream.ReadExactly(bytes);
            Assert.True(directory.TryFind(expected.FullName, out var found));
            Assert.Equal(bytes, file.Span(found.Offset, (int)found.Length).ToArray());
        }
    }

    [Fact]
    public void AnArchiveWithACommentIsRead()
    {
        var bytes = ZipBytes.Stored(("a/b", [1, 2, 3]));
        bytes[^2] = 4;
        using var file = MappedFile.Open(_folder.Write("a", [.. bytes, .. "note"u8]));
        Assert.True(new ZipDirectory(file).TryFind("a/b", out var entry));
        Assert.Equal([1, 2, 3], file.Span(entry.Offset, (int)entry.Length).ToArray());
        Assert.False(new ZipDirectory(file).TryFind("b", out _));
    }

    [Fact]
    public void Zip64FieldsAreRead()
    {
        using var file = MappedFile.Open(_folder.Write("a", Zip64(offset: 0, length: 3, directory: 34)));
        Assert.True(new ZipDirectory(file).TryFind("a", out var entry));
        Assert.Equal(new ZipEntry(31, 3), entry);
        Assert.Equal([1, 2, 3], file.Span(entry.Offset, 3).ToArray());
    }

    [Theory]
    [InlineData(ulong.MaxValue, 3, 34, "zip local header claims 4 bytes")]
    [InlineData(0, ulong.MaxValue, 34, "'a' claims 18446744073709551615 bytes")]
    [InlineData(0, 4, 34, "'a' claims 4 bytes")]
    [InlineData(0, 3, ulong.MaxValue, "directory claims 75 bytes at byte 18446744073709551615")]
    [InlineData(0, 3, 35, "damaged")]
    public void Zip64FieldsThatLieAreRefused(ulong offset, ulong length, ulong directory, string problem) =>
        Refused(Zip64(offset, length, directory), problem);

    [Fact]
    public void CompressedEncryptedAndDoubledEntriesAreRefused()
    {
        Refused(ZipBytes.Of(CompressionLevel.Optimal, ("a", new byte[1000])), "'a' is compressed");
        Refused(ZipBytes.Stored(("a", [1]), ("a", [2])), "'a' twice");
        var encrypted = ZipBytes.Stored(("a", [1]));
        encrypted[encrypted.AsSpan().IndexOf("PK\u0001\u0002"u8) + 8] |= 1;
        Refused(encrypted, "'a' is encrypted");
    }

    [Fact]
    public void EveryTruncationIsRefused()
    {
        var bytes = File.ReadAllBytes(Fixture.PathOf("views.pt"));
        for (var length = 1; length < bytes.Length; length += 7)
            Refused(bytes[..length], "");
    }

    private void Refused(byte[] bytes, string problem)
    {
        using var file = MappedFile.Open(_folder.Write("a", bytes));
        Assert.Contains(problem, Assert.Throws<MalformedFileException>(() => new ZipDirectory(file).TryFind("a", out _)).Message);
    }

    /// <summary>One entry named a of bytes 1, 2, 3, with every 32-bit field saturated and its value in a 64-bit one.</summary>
    private static byte[] Zip64(ulong offset, ulong length, ulong directory) =>
    [
        .. "PK\u0003\u0004"u8, .. new byte[22], 1, 0, 0, 0, (byte)'a', 1, 2, 3,
        .. "PK\u0001\u0002"u8, .. new byte[16], .. UInt32(uint.MaxValue), .. UInt32(uint.MaxValue), 1, 0, 28, 0,
        .. new byte[10], .. UInt32(uint.MaxValue),
        (byte)'a', 1, 0, 24, 0, .. UInt64(length), .. UInt64(length), .. UInt64(offset),
        .. "PK\u0006\u0006"u8, .. new byte[28], .. UInt64(1), .. UInt64(75), .. UInt64(directory),
        .. "PK\u0006\u0007"u8, .. new byte[4], .. UInt64(34 + 75), .. new byte[4],
        .. "PK\u0005\u0006"u8, .. new byte[4], 0xff, 0xff, 0xff, 0xff, .. UInt32(uint.MaxValue), .. UInt32(uint.MaxValue), 0, 0,
    ];

    private static byte[] UInt32(uint value) => BitConverter.GetBytes(value);

    private static byte[] UInt64(ulong value) => SafetensorsBytes.Length(value);
}
