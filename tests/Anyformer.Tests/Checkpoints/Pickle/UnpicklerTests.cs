using System.Numerics;
using Anyformer.Checkpoints;
using Anyformer.Checkpoints.Pickle;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;
using static Anyformer.Tests.Checkpoints.Pickle.PickleBytes;

namespace Anyformer.Tests.Checkpoints.Pickle;

public sealed class UnpicklerTests
{
    public static TheoryData<string, object?> Literals => new()
    {
        { "4E", null }, { "88", true }, { "89", false },
        { "4BFF", 255L }, { "4DFFFF", 65535L }, { "4AFEFFFFFF", -2L },
        { "8A00", 0L }, { "8A01FF", -1L }, { "8A020001", 256L }, { "8B0100000080", -128L },
        { "8A08FFFFFFFFFFFFFF7F", long.MaxValue }, { "8A080000000000000080", long.MinValue },
        { "8A09000000000000008000", new BigInteger(long.MaxValue) + 1 },
        { "473FC0000000000000", 0.125 }, { "47FFF0000000000000", double.NegativeInfinity },
        { "5803000000E282AC", "\u20ac" }, { "8C0161", "a" }, { "8D010000000000000061", "a" }, { "550161", "a" }, { "540100000061", "a" },
        { "4302FF00", new byte[] { 255, 0 } }, { "4202000000FF00", new byte[] { 255, 0 } },
        { "8E0100000000000000FF", new byte[] { 255 } }, { "960100000000000000FF", new byte[] { 255 } },
    };

    [Theory]
    [MemberData(nameof(Literals))]
    public void LiteralsAreRead(string hex, object? expected) => Assert.Equal(expected, Load(Of(Convert.FromHexString(hex))));

    [Fact]
    public void ContainersAreRead()
    {
        Assert.Equal([], Assert.IsType<PickledTuple>(Load(Of(Op(')')))));
        Assert.Equal([1L], Assert.IsType<PickledTuple>(Load(Of(Integer(1), Op(0x85)))));
        Assert.Equal([1L, 2L], Assert.IsType<PickledTuple>(Load(Of(Integer(1), Integer(2), Op(0x86)))));
        Assert.Equal([1L, 2L, 3L], Assert.IsType<PickledTuple>(Load(Of(Integer(1), Integer(2), Integer(3), Op(0x87)))));
        Assert.Equal([1L, null], Assert.IsType<PickledTuple>(Load(Of(Tuple(Integer(1), Op('N'))))));
        Assert.Equal(
            [1L, 2L, 3L], Assert.IsType<List<object?>>(Load(Of(Op(']'), Integer(1), Op('a'), Op('('), Integer(2), Integer(3), Op('e')))));
        Assert.Equal([1L], Assert.IsType<List<object?>>(Load(Of(Op('('), Integer(1), Op('l')))));
        Assert.Equal([1L, 2L], Assert.IsType<PickledSet>(Load(Of(Op(0x8f), Op('('), Integer(1), Integer(2), Op(0x90)))));
        Assert.Equal([1L], Assert.IsType<PickledSet>(Load(Of(Op('('), Integer(1), Op(0x91)))));
        Assert.Equal([1L], Assert.IsType<PickledSet>(Load(Of(Call("__builtin__", "set", [.. Op(']'), .. Integer(1), (byte)'a'])))));
    }

    [Fact]
    public void DictionariesKeepTheirOrderAndTakeTheLastValueOfAKey()
    {
        var dictionary = Assert.IsType<PickledDictionary>(Load(Of(
            Op('}'), Op('('), Text("b"), Integer(1), Integer(7), Integer(2), Text("a"), Integer(3), Op('u'),
            Text("b"), Integer(4), Op('s'))));
        Assert.Equal([Item("b", 4L), Item(7L, 2L), Item("a", 3L)], dictionary);
        Assert.True(dictionary.TryGetValue("b", out var value));
        Assert.Equal(4L, value);
        Assert.False(dictionary.TryGetValue("c", out _));
        Assert.Null(dictionary.Attributes);
    }

    [Fact]
    public void AnOrderedDictionaryIsBuiltFromPairsAndKeepsItsAttributes()
    {
        var pairs = (byte[])[.. Op(']'), .. Op(']'), .. Text("a"), (byte)'a', .. Integer(1), (byte)'a', (byte)'a'];
        var dictionary = Assert.IsType<PickledDictionary>(
            Load(Of(Call("collections", "OrderedDict", pairs), Op('}'), Text("x"), Integer(2), Op('s'), Op('b'))));
        Assert.Equal([Item("a", 1L)], dictionary);
        Assert.Equal([Item("x", 2L)], dictionary.Attributes);
    }

    [Fact]
    public void BytesOfProtocol2AreRead()
    {
        Assert.Equal(new byte[] { 0, 255 }, Load(Of(Call("_codecs", "encode", Text("\0\u00ff"), Text("latin1")))));
        Assert.Equal(Array.Empty<byte>(), Load(Of(Call("__builtin__", "bytes"))));
        Assert.Contains("_codecs.encode", Problem(Of(Call("_codecs", "encode", Text("\u0100"), Text("latin1")))));
    }

    [Fact]
    public void TorchNamesAreValues()
    {
        Assert.Equal(DType.BFloat16, Load(Of(Global("torch", "bfloat16"))));
        Assert.Equal("cuda:1", Load(Of(Call("torch", "device", Text("cuda"), Integer(1)))));
        Assert.Equal([2L, 3L], Assert.IsType<PickledTuple>(Load(Of(Call("torch", "Size", Longs(2, 3))))));
    }

    [Fact]
    public void TheMemoGivesBackTheSameObject()
    {
        var list = Assert.IsType<List<object?>>(Load(Of(Op(']'), Op((byte)'q', 0), Op((byte)'h', 0), Op('a'))));
        Assert.Same(list, Assert.Single(list));
    }

    [Theory]
    [InlineData("os", "system")]
    [InlineData("posix", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("__builtin__", "getattr")]
    [InlineData("torch.storage", "_load_from_bytes")]
    [InlineData("torch", "QUInt8Storage")]
    [InlineData("argparse", "Namespace")]
    [InlineData("numpy.core.multiarray", "scalar")]
    public void OtherGlobalsAreRefusedByName(string module, string name)
    {
        var expected = $"'{(module == "__builtin__" ? "builtins" : module)}.{name}'";
        Assert.Contains(expected, Problem(Of(Global(module, name))));
        Assert.Contains(expected, Problem(Of(Text(module), Text(name), Op(0x93))));
    }

    [Theory]
    [InlineData("", "claims 1 bytes")]
    [InlineData("80012E", "protocol 1, expected 2 to 5")]
    [InlineData("80062E", "protocol 6, expected 2 to 5")]
    [InlineData("80022E", "empty stack")]
    [InlineData("80024E", "claims 1 bytes at byte 3")]
    [InlineData("800249312E", "opcode 0x49 at byte 2")]
    [InlineData("80028252", "opcode 0x82 at byte 2")]
    [InlineData("800258FFFFFFFF61", "claims 4294967295 bytes at byte 7, but only 1 are left")]
    [InlineData("80028DFFFFFFFFFFFFFFFF61", "claims 18446744073709551615 bytes")]
    [InlineData("80048EFFFFFFFFFFFFFF7F61", "claims 9223372036854775807 bytes")]
    [InlineData("80028BFFFFFF7F61", "claims 2147483647 bytes")]
    [InlineData("80049500000000000001002E", "frame of 281474976710656 bytes")]
    [InlineData("80028C01FF2E", "not valid UTF-8")]
    [InlineData("80024E72FFFFFFFF2E", "stores value 4294967295 where value 0 was expected")]
    [InlineData("80026AFFFFFFFF2E", "recalls value 4294967295")]
    [InlineData("8002742E", "a run of items that never began")]
    [InlineData("80024E28302E", "empty stack")]
    [InlineData("80024E4E612E", "lacks a list")]
    [InlineData("80027D284E752E", "a key without a value")]
    [InlineData("80025D4E4E732E", "lacks a dictionary")]
    [InlineData("80024E29522E", "lacks a callable")]
    [InlineData("80025D7D622E", "lacks a dictionary")]
    [InlineData("80024E512E", "lacks a tuple")]
    [InlineData("8002636162", "ends in the middle of a line")]
    public void AMalformedPickleIsToldWhy(string hex, string problem) =>
        Assert.Contains(problem, Problem(Convert.FromHexString(hex)));

    [Fact]
    public void ANumberOfAbsurdLengthIsRefused() =>
        Assert.Contains("integer of 2000 bytes", Problem(Of([0x8b, .. BitConverter.GetBytes(2000), .. new byte[2000]])));

    [Fact]
    public void DeepNestingNeedsNoDeepStack()
    {
        var pickle = Of(Op(')'), [.. Enumerable.Repeat((byte)0x85, 1_000_000)]);
        Assert.IsType<PickledTuple>(Load(pickle));
    }

    [Fact]
    public void CopyingALongTextOverAndOverIsRefused()
    {
        var again = (byte[])[.. Global("_codecs", "encode"), (byte)'h', 0, (byte)'h', 1, 0x86, (byte)'R', (byte)'0'];
        var pickle = Of(
            Text(new string('a', 1 << 20)), Op((byte)'q', 0), Text("latin1"), Op((byte)'q', 1),
            [.. Enumerable.Repeat(again, 10_000).SelectMany(each => each)]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("copies the same values over and over", Problem(pickle));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20L * pickle.Length);
    }

    [Fact]
    public void RandomOpcodesAreReadOrRefusedWithinBounds()
    {
        var opcodes = Enum.GetValues<PickleOpcode>().Select(each => (byte)each).ToArray();
        var parts = Gen.OneOf(
            Gen.Elements(opcodes).Select(opcode => new[] { opcode }),
            Gen.Choose(0, 3).Select(number => new byte[] { (byte)'h', (byte)number }),
            Gen.Elements(
                Text("a"), Integer(2), Longs(1), Op(']'), Op('}'), Op('('), Global("collections", "OrderedDict"), Global("torch", "Size"),
                Storage("FloatStorage", "0", 4), Tensor(Storage("FloatStorage", "0", 4), 0, [2, 2], [2, 1])));
        Property.Holds(Gen.ArrayOf(parts), drawn => ReadOrRefuse(Of(drawn)), runs: 3000);
    }

    private static void ReadOrRefuse(byte[] pickle)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            Load(pickle);
        }
        catch (MalformedFileException error)
        {
            Assert.NotEmpty(error.Message);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000 + 500L * pickle.Length);
    }

    private static KeyValuePair<object?, object?> Item(object? key, object? value) => new(key, value);

    private static object? Load(byte[] pickle) => new Unpickler(LoadStorage).Load(pickle);

    private static string Problem(byte[] pickle) => Assert.Throws<MalformedFileException>(() => Load(pickle)).Message;

    private static PickledStorage LoadStorage(PickledTuple id) =>
        id is ["storage", PickleStorageType type, string key, string device, long count]
            ? new PickledStorage(key, type.DType, device, count, offset: 0)
            : throw new MalformedFileException("no storage");
}
