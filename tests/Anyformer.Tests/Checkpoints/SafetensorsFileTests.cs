using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Anyformer.Checkpoints;
using Anyformer.Testing;
using Anyformer.Torch;

namespace Anyformer.Tests.Checkpoints;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ReadsNamesTypesShapesMetadataAndBytes()
    {
        var json = """
            {"__metadata__":{"format":"pt","na\u00efve":"\ud83d\ude00"},"b":{"dtype":"F32","shape":[2,1],"data_offsets":[2,10]},
             "a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"nothing":{"dtype":"BF16","shape":[3,0,2],"data_offsets":[2,2]},
             "scalar":{"shape":[],"data_offsets":[10,18],"dtype":"I64"}}
            """;
        byte[] data = [7, 8, .. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f), .. BitConverter.GetBytes(1L << 40)];
        using var file = SafetensorsFile.Open(_folder.Write("a.safetensors", SafetensorsBytes.Of(Encoding.UTF8.GetBytes(json), data)));

        Assert.Equal(new Dictionary<string, string> { ["format"] = "pt", ["na\u00efve"] = "\U0001f600" }, file.Metadata);
        Assert.Equal(["a", "nothing", "b", "scalar"], file.Entries.Select(entry => entry.Name));
        Assert.Equal([DType.UInt8, DType.BFloat16, DType.Float32, DType.Int64], file.Entries.Select(entry => entry.DType));
        Assert.Equal([2L, 0, 2, 1], file.Entries.Select(entry => entry.ElementCount));
        Assert.Equal(new[] { 2L, 1 }, file.Entries[2].Shape);
        Assert.Equal(new[] { 1L, 1 }, file.Entries[2].Strides);
        Assert.Equal([7, 8], file.Data(file.Entries[0]).ToArray());
        Assert.Equal([1.5f, -2f], Fixture.Elements<float>(file, file.Entries[2]));
        Assert.Equal([1L << 40], Fixture.Elements<long>(file, file.Entries[3]));
        Assert.Equal(8 + json.Length + 10, file.Entries[3].Offset);
        Assert.Equal(8 + json.Length + 18, file.Length);
        Assert.True(file.TryGetEntry("b", out var found));
        Assert.Same(file.Entries[2], found);
        Assert.False(file.TryGetEntry("c", out _));
    }

    [Fact]
    public void StridesAreRowMajor()
    {
        var bytes = SafetensorsBytes.Of("""{"a":{"dtype":"I8","shape":[2,3,4],"data_offsets":[0,24]}}""", 24);
        using var file = SafetensorsFile.Open(_folder.Write("a", bytes));
        Assert.Equal(new[] { 12L, 4, 1 }, file.Entries[0].Strides);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  """, 4, true)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, false)]
    public void TellsWhetherATensorIsAligned(string json, int dataLength, bool aligned)
    {
        using var file = SafetensorsFile.Open(_folder.Write("a", SafetensorsBytes.Of(json, dataLength)));
        Assert.Equal(aligned, file.Entries[0].IsAligned);
    }

    [Theory]
    [InlineData("{}        ", 0)]
    [InlineData("""{"__metadata__":null}""", 0)]
    [InlineData("""{"__metadata__":{}}""", 0)]
    public void AFileWithoutTensorsOpens(string json, int dataLength)
    {
        using var file = SafetensorsFile.Open(_folder.Write("a", SafetensorsBytes.Of(json, dataLength)));
        Assert.Empty(file.Entries);
        Assert.Empty(file.Metadata);
    }

    [Theory]
    [InlineData(" {}", 0, "does not begin with '{'")]
    [InlineData("", 0, "does not begin with '{'")]
    [InlineData("{", 0, "not valid JSON")]
    [InlineData("{}}", 0, "not valid JSON")]
    [InlineData("{}/**/", 0, "not valid JSON")]
    [InlineData("""{"a":1,}""", 0, "not valid JSON")]
    [InlineData("""{"a":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}}""", 1, "not valid JSON")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""",
        1, "not valid JSON")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "not valid JSON")]
    [InlineData("""{"__metadata__":{"a":"b","a":"c"}}""", 0, "not valid JSON")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "__metadata__ is not an object of texts")]
    [InlineData("""{"__metadata__":[]}""", 0, "__metadata__ is not an object of texts")]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "not valid Unicode")]
    [InlineData("""{"a":3}""", 0, "'a' is not an object of dtype, shape and data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1]}}""", 1, "'a' is not an object of dtype, shape and data_offsets")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}}""",
        1, "'a' is not an object of dtype, shape and data_offsets")]
    [InlineData("""{"a":{"dtype":"U64","shape":[1],"data_offsets":[0,8]}}""", 8, "'a' has dtype 'U64', expected one of BOOL, U8")]
    [InlineData("""{"a":{"dtype":7,"shape":[1],"data_offsets":[0,8]}}""", 8, "'a' has dtype 'Number', expected one of")]
    [InlineData("""{"a":{"dtype":"U8","shape":3,"data_offsets":[0,1]}}""", 1, "'a' has a shape that is not a list")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", 1, "'a' has '-1' in its shape")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}""", 1, "'a' has '1.0' in its shape")]
    [InlineData("""{"a":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}""", 1, "in its shape")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,9223372036854775808]}}""",
        1, "'9223372036854775808' in its data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}""", 1, "data_offsets [0], expected a begin and an end")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}""", 1, "data_offsets [0, 1, 1], expected a begin and an end")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[2,1]}}""",
        2, "data_offsets [2, 1], expected a begin and an end inside the 2 bytes")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""",
        3, "data_offsets [0, 4], expected a begin and an end inside the 3 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "'a' takes 8 bytes, expected 12 for F32 of shape [3]")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "more than 2^63 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}""", 0, "more than 2^63 bytes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "more than 2^63 bytes")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""",
        3, "'b' begins at byte 1 of the data, inside the tensor before it: expected 2")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""",
        2, "begins at byte 0 of the data, inside the tensor before it: expected 2")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}""",
        3, "'b' begins at byte 2 of the data, after a hole: expected 1")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 2, "take 1 bytes of data, but 2 follow")]
    [InlineData("{}", 1, "take 0 bytes of data, but 1 follow")]
    public void AWrongHeaderIsNamed(string json, int dataLength, string problem)
    {
        var path = _folder.Write("wrong.safetensors", SafetensorsBytes.Of(json, dataLength));
        var error = Assert.Throws<UserException>(() => SafetensorsFile.Open(path));
        Assert.Contains(problem, error.Message);
        Assert.Contains(path, error.Message);
    }

    [Fact]
    public void TextThatIsNotUtf8IsRefused()
    {
        byte[] json = [.. "{\""u8, 0xff, .. "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}"u8];
        var path = _folder.Write("wrong.safetensors", SafetensorsBytes.Of(json, []));
        Assert.Contains("header", Assert.Throws<UserException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Theory]
    [InlineData(100_000_001UL, "claims 100000001 bytes, the format allows 100000000")]
    [InlineData(ulong.MaxValue, "claims 18446744073709551615 bytes, the format allows 100000000")]
    [InlineData(100_000_000UL, "claims 100000000 bytes, but only 2 follow")]
    [InlineData(3UL, "claims 3 bytes, but only 2 follow")]
    public void AHeaderThatClaimsTooMuchAllocatesNothing(ulong length, string problem)
    {
        var path = _folder.Write("wrong.safetensors", [.. SafetensorsBytes.Length(length), .. "{}"u8]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<UserException>(() => SafetensorsFile.Open(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        Assert.Contains(problem, error.Message);
    }

    [Theory]
    [InlineData(0, "is empty")]
    [InlineData(7, "has 7 bytes, expected at least 8")]
    public void AFileThatIsTooShortIsRefused(int length, string problem)
    {
        var path = _folder.Write("short", new byte[length]);
        Assert.Contains(problem, Assert.Throws<UserException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Fact]
    public void AMissingFileAndAFolderAreNamed()
    {
        var none = _folder["none"];
        Assert.Equal($"There is no file '{none}'.", Assert.Throws<UserException>(() => SafetensorsFile.Open(none)).Message);
        Assert.Contains(_folder.Path, Assert.Throws<UserException>(() => SafetensorsFile.Open(_folder.Path)).Message);
    }

    [Fact]
    public unsafe void AHolderKeepsTheBytesAndWritingThemLeavesTheFileAlone()
    {
        var bytes = SafetensorsBytes.Of([.. """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"""u8], [1, 2, 3]);
        var path = _folder.Write("a", bytes);
        var file = SafetensorsFile.Open(path);
        var entry = file.Entries[0];
        var pointer = file.DataPointer(entry);
        using (file.Hold())
        {
            file.Dispose();
            var held = new Span<byte>((void*)pointer, 3);
            Assert.Equal([1, 2, 3], held.ToArray());
            held[0] = 9;
            Assert.Equal(9, Marshal.ReadByte(pointer));
            Assert.Equal(bytes, File.ReadAllBytes(path));
            Assert.Throws<ObjectDisposedException>(() => file.DataPointer(entry));
            Assert.Throws<ObjectDisposedException>(() => file.Hold());
        }
        file.Dispose();
    }

    [SkippableFact]
    public void TheMappingEndsWithItsLastHolder()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the maps of a process are listed on Linux only");
        var path = _folder.Write("mapped", SafetensorsBytes.Of("{}", 0));
        var file = SafetensorsFile.Open(path);
        var holder = file.Hold();
        file.Dispose();
        Assert.Contains(path, File.ReadAllText("/proc/self/maps"));
        holder.Dispose();
        holder.Dispose();
        Assert.DoesNotContain(path, File.ReadAllText("/proc/self/maps"));
    }

    [SkippableFact]
    public void AForgottenFileIsUnmappedByTheGarbageCollector()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the maps of a process are listed on Linux only");
        var path = _folder.Write("forgotten", SafetensorsBytes.Of("{}", 0));
        OpenAndForget(path);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.DoesNotContain(path, File.ReadAllText("/proc/self/maps"));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OpenAndForget(string path)
    {
        var file = SafetensorsFile.Open(path);
        file.Hold();
        Assert.Contains(path, File.ReadAllText("/proc/self/maps"));
    }

    [Fact]
    public void ATensorOfAnotherFileIsNotRead()
    {
        var bytes = SafetensorsBytes.Of("""{"a":{"dtype":"U8","shape":[99],"data_offsets":[0,99]}}""", 99);
        using var large = SafetensorsFile.Open(_folder.Write("a", bytes));
        using var small = SafetensorsFile.Open(_folder.Write("b", SafetensorsBytes.Of("{}", 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => small.DataPointer(large.Entries[0]));
    }

    [SkippableFact]
    public void FilesOfTheReferenceImplementationOpen()
    {
        var files = Directory.GetFiles(SharedFolder.Require("parity/itransformer"), "*.safetensors", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (var path in files)
        {
            using var file = SafetensorsFile.Open(path);
            Assert.NotEmpty(file.Entries);
            Assert.All(file.Entries, entry => Assert.True(entry.IsAligned));
            Assert.Equal(file.Length, file.Entries[^1].Offset + file.Entries[^1].Length);
        }
    }
}
