using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Anyformer.Checkpoints;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Checkpoints;

public sealed class SafetensorsWriterTests : IDisposable
{
    private static readonly DType[] Types =
    [
        DType.Bool, DType.UInt8, DType.Int8, DType.Int16, DType.Float16, DType.BFloat16,
        DType.Int32, DType.Float32, DType.Complex64, DType.Float64, DType.Int64,
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WritesTheBytesOfTheFormat()
    {
        SafetensorsWriter.Write(_folder["a"], [Source("attn0", DType.Float32, [1, 2], [1, 2, 3, 4, 5, 6, 7, 8])]);
        var json = """{"attn0":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}    """u8;
        Assert.Equal([64, 0, 0, 0, 0, 0, 0, 0, .. json, 1, 2, 3, 4, 5, 6, 7, 8], File.ReadAllBytes(_folder["a"]));
    }

    [Fact]
    public void WritesAFileWithoutTensors()
    {
        SafetensorsWriter.Write(_folder["a"], []);
        Assert.Equal([8, 0, 0, 0, 0, 0, 0, 0, .. "{}      "u8], File.ReadAllBytes(_folder["a"]));
    }

    [Fact]
    public void TheOrderIsTheFormatsWhateverTheCallersIs()
    {
        SafetensorsSource[] tensors =
        [
            Source("b", DType.Float32, [1], new byte[4]), Source("mask", DType.Bool, [3], new byte[3]),
            Source("a", DType.Float32, [], new byte[4]), Source("z", DType.Int64, [1], new byte[8]),
            Source("half", DType.BFloat16, [0], []),
        ];
        SafetensorsWriter.Write(_folder["a"], tensors, new Dictionary<string, string> { ["y"] = "2", ["x"] = "1" });
        SafetensorsWriter.Write(_folder["b"], tensors.Reverse(), new Dictionary<string, string> { ["x"] = "1", ["y"] = "2" });

        Assert.Equal(File.ReadAllBytes(_folder["a"]), File.ReadAllBytes(_folder["b"]));
        using var file = SafetensorsFile.Open(_folder["a"]);
        Assert.Equal(["z", "a", "b", "half", "mask"], file.Entries.Select(entry => entry.Name));
        Assert.All(file.Entries, entry => Assert.True(entry.IsAligned));
        Assert.StartsWith("""{"__metadata__":{"x":"1","y":"2"},"z":""", Encoding.UTF8.GetString(File.ReadAllBytes(_folder["a"])[8..]));
    }

    [Fact]
    public void WhatIsWrittenIsReadBack()
    {
        var tensors =
            from name in Gen.ListOf(Gen.Elements("a", "b", ".", "\"", "\\", "\n", "\0", "/", "<", "\u00e9", "\u2028", "\U0001f600"))
            from type in Gen.Elements(Types)
            from shape in Gen.ArrayOf(Gen.Choose(0, 4).Select(size => (long)size))
            where shape.Length <= 5
            select (Name: string.Concat(name), Type: type, Shape: shape);
        Property.Holds(Gen.ListOf(tensors), drawn => RoundTrip([.. drawn.DistinctBy(each => each.Name)]), runs: 100);
    }

    private void RoundTrip((string Name, DType Type, long[] Shape)[] drawn)
    {
        var random = new Random(drawn.Length);
        var data = drawn.ToDictionary(
            each => each.Name, each => new byte[each.Shape.Aggregate(1L, (a, b) => a * b) * each.Type.ElementSize()]);
        foreach (var bytes in data.Values)
            random.NextBytes(bytes);
        var metadata = drawn.ToDictionary(each => each.Name, each => each.Type.ToString());
        SafetensorsWriter.Write(
            _folder["a"], drawn.Select(each => Source(each.Name, each.Type, [.. each.Shape], data[each.Name])), metadata);

        using var file = SafetensorsFile.Open(_folder["a"]);
        Assert.Equal(metadata, file.Metadata);
        Assert.Equal(drawn.Length, file.Entries.Count);
        foreach (var (name, type, shape) in drawn)
        {
            Assert.True(file.TryGetEntry(name, out var entry));
            Assert.Equal(type, entry.DType);
            Assert.Equal(shape, entry.Shape);
            Assert.Equal(data[name], file.Data(entry).ToArray());
        }
    }

    [Fact]
    public void NamesThatTheFormatCannotHoldAreRefused()
    {
        Refused([Source("__metadata__", DType.Bool, [0], [])]);
        Refused([Source("x", DType.Bool, [0], []), Source("x", DType.Int8, [0], [])]);
        Refused([Source("\ud800", DType.Bool, [0], [])]);
        Refused([], new Dictionary<string, string> { ["x"] = "\udc00" });
        Refused([Source("x", DType.Complex128, [0], [])]);
        Refused([Source("x", DType.Bool, [-1], [])]);
        Refused([Source("x", DType.Bool, [1L << 40, 1L << 40], [])]);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void AFailedWriteLeavesTheOldFileAndNoOther(int written)
    {
        var path = _folder.Write("a", [1, 2, 3]);
        Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.Write(path, [Source("x", DType.Float32, [1], new byte[written])]));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
    }

    [Fact]
    public void AFileThatIsOpenCanBeReplaced()
    {
        SafetensorsWriter.Write(_folder["a"], [Source("x", DType.UInt8, [1], [1])]);
        using var old = SafetensorsFile.Open(_folder["a"]);
        SafetensorsWriter.Write(_folder["a"], [Source("x", DType.UInt8, [1], [2])]);
        using var replaced = SafetensorsFile.Open(_folder["a"]);
        Assert.Equal(1, Marshal.ReadByte(old.DataPointer(old.Entries[0])));
        Assert.Equal(2, Marshal.ReadByte(replaced.DataPointer(replaced.Entries[0])));
    }

    [Fact]
    public void AMissingFolderIsNamed()
    {
        var path = Path.Combine(_folder["none"], "a");
        Assert.Contains(path, Assert.Throws<UserException>(() => SafetensorsWriter.Write(path, [])).Message);
        Assert.Contains(_folder.Path, Assert.Throws<UserException>(() => SafetensorsWriter.Write(_folder.Path, [])).Message);
    }

    [SkippableFact]
    public void FilesOfTheReferenceImplementationAreWrittenAgainByteForByte()
    {
        foreach (var path in Directory.GetFiles(SharedFolder.Require("parity/itransformer"), "*.safetensors", SearchOption.AllDirectories))
        {
            using var file = SafetensorsFile.Open(path);
            SafetensorsWriter.Write(
                _folder["a"], file.Entries.Select(entry => Source(entry.Name, entry.DType, entry.Shape, file.Data(entry).ToArray())));
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(_folder["a"]));
        }
    }

    private void Refused(SafetensorsSource[] tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Assert.ThrowsAny<ArgumentException>(() => SafetensorsWriter.Write(_folder["a"], tensors, metadata));

    private static SafetensorsSource Source(string name, DType dtype, ImmutableArray<long> shape, byte[] bytes) =>
        SafetensorsSource.FromBytes(name, dtype, shape, bytes);
}
