using System.IO.Compression;
using System.Numerics;
using Anyformer.Checkpoints;
using Anyformer.Checkpoints.Pickle;
using Anyformer.Torch;
using static Anyformer.Tests.Checkpoints.Pickle.PickleBytes;

namespace Anyformer.Tests.Checkpoints;

public sealed class TorchArchiveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ReadsThePlainValuesOfATrainingCheckpoint()
    {
        using var file = TorchArchive.Open(Fixture.PathOf("training.pt"));
        var root = Assert.IsType<PickledDictionary>(file.Root);
        Assert.Equal(
            ["epoch", "loss", "steps", "seed", "done", "resumed", "note", "parent", "raw", "empty", "betas", "shape", "tags", "frozen",
                "history", "dtype", "device", "model", "optimizer"],
            root.Select(item => item.Key));
        Assert.Equal(
            [12L, 0.125, 1L << 40, -BigInteger.Pow(2, 70), false, true, "na\u00efve \U0001f600", null],
            root.Take(8).Select(item => item.Value));
        Assert.Equal([0, 255], Assert.IsType<byte[]>(Value(root, "raw")));
        Assert.Empty(Assert.IsType<byte[]>(Value(root, "empty")));
        Assert.Equal([0.9, 0.999], Assert.IsType<PickledTuple>(Value(root, "betas")));
        Assert.Equal([2L, 3L], Assert.IsType<PickledTuple>(Value(root, "shape")));
        Assert.Equal(["a"], Assert.IsType<PickledSet>(Value(root, "tags")));
        Assert.Equal([1L], Assert.IsType<PickledSet>(Value(root, "frozen")));
        Assert.Equal([1L, 300L, 70000L, -5L], Assert.IsType<List<object?>>(Value(root, "history")));
        Assert.Equal(DType.BFloat16, Value(root, "dtype"));
        Assert.Equal("cpu", Value(root, "device"));
        Assert.Equal(["_metadata"], Assert.IsType<PickledDictionary>(Value(root, "model")).Attributes!.Select(item => item.Key));
    }

    [Fact]
    public void FindsTheModelsWeights()
    {
        using var file = TorchArchive.Open(Fixture.PathOf("training.pt"));
        var state = file.StateDict();
        Assert.Equal(["first.weight", "first.bias", "last.weight"], state.Keys);
        Assert.Equal(new[] { 3L, 2 }, state["first.weight"].Shape);
        Assert.Equal([0f, 1, 2, 3, 4, 5], Fixture.Elements<float>(file, state["first.weight"]));
        Assert.Equal([100f, 101, 102], Fixture.Elements<float>(file, state["first.bias"]));
        Assert.Equal([200f, 201, 202], Fixture.Elements<float>(file, state["last.weight"]));
        Assert.All(state.Values, tensor => Assert.True(tensor.IsAligned));
    }

    [Fact]
    public void FindsADictionaryByItsKeys()
    {
        using var file = TorchArchive.Open(Fixture.PathOf("training.pt"));
        var state = file.StateDict("optimizer", "state");
        Assert.Equal(["0.step", "0.exp_avg", "0.exp_avg_sq", "1.step"], state.Keys.Take(4));
        Assert.Equal(9, state.Count);
        Assert.Equal([1f], Fixture.Elements<float>(file, state["0.step"]));
        Assert.Equal(
            $"'{file.Path}' holds no state dict: there is no dictionary under the key 'ema'.",
            Assert.Throws<UserException>(() => file.StateDict("ema")).Message);
    }

    [Fact]
    public void ReadsViewsThatShareAStorage()
    {
        using var file = TorchArchive.Open(Fixture.PathOf("views.pt"));
        var state = file.StateDict();
        Assert.Equal(
            ["base", "transposed", "columns", "row", "expanded", "scalar", "empty", "parameter", "frozen", "inner.leaf.deep"], state.Keys);
        string[] views = ["base", "transposed", "columns", "row", "expanded", "inner.leaf.deep"];
        Assert.Single(views.Select(name => state[name].Storage.Key).Distinct());
        Assert.All(views, name => Assert.Equal(12, state[name].Storage.ElementCount));

        Assert.Equal([0f, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], Fixture.Elements<float>(file, state["transposed"]));
        Assert.Equal(new[] { 1L, 4 }, state["transposed"].Strides);
        Assert.Equal([1f, 3, 5, 7, 9, 11], Fixture.Elements<float>(file, state["columns"]));
        Assert.Equal((1, 44), (state["columns"].StorageOffset, state["columns"].Length));
        Assert.Equal([8f, 9, 10, 11], Fixture.Elements<float>(file, state["row"]));
        Assert.Equal([0f, 1, 2, 3, 0, 1, 2, 3], Fixture.Elements<float>(file, state["expanded"]));
        Assert.Equal(16, state["expanded"].Length);
        Assert.Equal([5f, 6], Fixture.Elements<float>(file, state["inner.leaf.deep"]));
        Assert.Equal([2.5f], Fixture.Elements<float>(file, state["scalar"]));
        Assert.Empty(state["scalar"].Shape);
        Assert.Empty(Fixture.Elements<float>(file, state["empty"]));
        Assert.Equal(new[] { 0L, 4 }, state["empty"].Shape);
    }

    [Fact]
    public void ParametersSayThatTheyAre()
    {
        using var file = TorchArchive.Open(Fixture.PathOf("views.pt"));
        var state = file.StateDict();
        Assert.Equal((true, true), (state["parameter"].IsParameter, state["parameter"].RequiresGrad));
        Assert.Equal((true, false), (state["frozen"].IsParameter, state["frozen"].RequiresGrad));
        Assert.Equal((false, false), (state["base"].IsParameter, state["base"].RequiresGrad));
        Assert.Equal([1f, -1], Fixture.Elements<float>(file, state["parameter"]));
    }

    [Fact]
    public void ReadsEveryElementType()
    {
        using var file = TorchArchive.Open(Fixture.PathOf("dtypes.pt"));
        var state = file.StateDict();
        Assert.Equal(Enum.GetValues<DType>().Order(), state.Values.Select(tensor => tensor.DType).Order());
        Assert.Equal([1, 0, 1], Fixture.Elements<byte>(file, state["uint8"]));
        Assert.Equal([1, 0, 1], Fixture.Elements<byte>(file, state["bool"]));
        Assert.Equal([1, 0, 1], Fixture.Elements<sbyte>(file, state["int8"]));
        Assert.Equal([1, 0, 1], Fixture.Elements<short>(file, state["int16"]));
        Assert.Equal([1, 0, 1], Fixture.Elements<int>(file, state["int32"]));
        Assert.Equal([1, 0, 1], Fixture.Elements<long>(file, state["int64"]));
        Assert.Equal([Half.One, Half.Zero, Half.One], Fixture.Elements<Half>(file, state["float16"]));
        Assert.Equal([0x3f80, 0, 0x3f80], Fixture.Elements<ushort>(file, state["bfloat16"]));
        Assert.Equal([1f, 0, 1], Fixture.Elements<float>(file, state["float32"]));
        Assert.Equal([1.0, 0, 1], Fixture.Elements<double>(file, state["float64"]));
        Assert.Equal([1f, 0], Fixture.Elements<(float, float)>(file, state["complex64"])[0] is var (re, im) ? [re, im] : []);
        Assert.Equal([Complex.One, Complex.Zero, Complex.One], Fixture.Elements<Complex>(file, state["complex128"]));
    }

    [Theory]
    [InlineData("protocol4.pt")]
    [InlineData("protocol5.pt")]
    public void ReadsLaterProtocols(string fixture)
    {
        using var file = TorchArchive.Open(Fixture.PathOf(fixture));
        Assert.Equal([1f, 2], Fixture.Elements<float>(file, file.StateDict()["weight"]));
    }

    [Theory]
    [InlineData("module.pt", "asks for 'torch.nn.modules.linear.Linear', which is refused")]
    [InlineData("command.pt", "asks for 'posix.system', which is refused")]
    [InlineData("legacy.pt", "format of PyTorch before 1.6")]
    [InlineData("scripted.pt", "holds a TorchScript program")]
    public void OtherFilesOfPyTorchAreRefusedWithTheReason(string fixture, string problem)
    {
        var error = Assert.Throws<UserException>(() => TorchArchive.Open(Fixture.PathOf(fixture)));
        Assert.Contains(fixture, error.Message);
        Assert.Contains(problem, error.Message);
    }

    [Fact]
    public void OtherFilesAreRefused()
    {
        Refused("hello, world"u8.ToArray(), "does not begin like a zip archive");
        Refused([], "is empty");
        Refused(ZipBytes.Stored(("a/other", [1])), "0 entries named folder/data.pkl");
        Refused(ZipBytes.Stored(("a/data.pkl", [1]), ("b/data.pkl", [1])), "2 entries named folder/data.pkl");
        Refused(ZipBytes.Of(CompressionLevel.Optimal, ("a/data.pkl", new byte[9999])), "'a/data.pkl' is compressed");
        Refused(ZipBytes.Stored(("a/data.pkl", Of(Op('N'))), ("a/byteorder", "big"u8.ToArray())), "byteorder is not 'little'");
    }

    [Fact]
    public void FilesOfLaterVersionsSayTheirByteOrder()
    {
        using var file = TorchArchive.Open(_folder.Write("a", ZipBytes.Stored(
            ("a/data.pkl", Of(Integer(3))), ("a/.format_version", "1"u8.ToArray()),
            ("a/byteorder", "little"u8.ToArray()), ("a/version", "3\n"u8.ToArray()))));
        Assert.Equal(3L, file.Root);
        Assert.Contains("what was saved is not a dictionary", Assert.Throws<UserException>(() => file.StateDict()).Message);
    }

    [Theory]
    [InlineData(0, new[] { 5L }, new[] { 1L })]
    [InlineData(1, new[] { 4L }, new[] { 1L })]
    [InlineData(0, new[] { 2L, 2 }, new[] { 3L, 1 })]
    [InlineData(0, new[] { 2L }, new[] { 1L, 1 })]
    [InlineData(3, new[] { 2L }, new[] { -1L })]
    [InlineData(-1, new[] { 1L }, new[] { 1L })]
    [InlineData(0, new[] { -1L }, new[] { 1L })]
    [InlineData(5, new[] { 0L }, new[] { 1L })]
    [InlineData(0, new[] { long.MaxValue, 2 }, new[] { 0L, 0 })]
    [InlineData(0, new[] { 2L, 2 }, new[] { long.MaxValue, long.MaxValue })]
    [InlineData(long.MaxValue, new[] { 1L }, new[] { 1L })]
    public void ATensorOutsideItsStorageIsRefused(long offset, long[] shape, long[] strides) =>
        Refused(Archive(Tensor(Storage("FloatStorage", "0", 4), offset, shape, strides)), "does not lie inside storage '0' of 4 elements");

    [Theory]
    [InlineData("0", 5, "'0' claims 5 elements of Float32, but has 16 bytes")]
    [InlineData("0", long.MaxValue, "'0' claims 9223372036854775807 elements")]
    [InlineData("0", -1, "'0' claims -1 elements")]
    [InlineData("1", 4, "'1' is not in the archive")]
    [InlineData("../version", 1, "'../version' is not in the archive")]
    public void AStorageThatIsNotThereIsRefused(string key, long count, string problem) =>
        Refused(Archive(Storage("FloatStorage", key, count)), problem);

    [Fact]
    public void ATensorWithMetadataIsRefused()
    {
        var conjugate = (byte[])[.. Op('}'), .. Text("conj"), .. Op(0x88), .. Op('s')];
        Refused(Archive(Call("torch._utils", "_rebuild_tensor_v2",
            Storage("FloatStorage", "0", 4), Integer(0), Longs(1), Longs(1), Op(0x89), Op('N'), conjugate)), "_rebuild_tensor_v2");
    }

    [Fact]
    public void TwoTensorsOfOneNameAreRefused()
    {
        var tensor = Tensor(Storage("FloatStorage", "0", 4), 0, [1], [1]);
        var inner = (byte[])[.. Op('}'), .. Text("b"), .. tensor, .. Op('s')];
        var pickle = (byte[])[.. Op('}'), .. Op('('), .. Text("a.b"), .. tensor, .. Text("a"), .. inner, .. Op('u')];
        using var file = TorchArchive.Open(_folder.Write("a", Archive(pickle)));
        Assert.Contains("two of its tensors would be named 'a.b'", Assert.Throws<UserException>(() => file.StateDict()).Message);
    }

    [Fact]
    public void ADictionaryThatHoldsItselfIsRefused()
    {
        foreach (var key in new[] { "x", "model" })
        {
            var pickle = (byte[])[.. Op('}'), (byte)'q', 0, .. Text(key), (byte)'h', 0, .. Op('s')];
            using var file = TorchArchive.Open(_folder.Write("a", Archive(pickle)));
            Assert.Contains("nested more than 64 deep", Assert.Throws<UserException>(() => file.StateDict()).Message);
        }
    }

    [Fact]
    public void DictionariesThatMultiplyTheirNamesAreRefused()
    {
        // Each dictionary holds the one before it under two keys: 2^40 names out of 500 bytes.
        var pickle = new List<byte>(Tensor(Storage("FloatStorage", "0", 4), 0, [1], [1]));
        for (byte level = 0; level < 40; level++)
            pickle.AddRange(
                [(byte)'q', level, .. Op('}'), .. Op('('), .. Text("a"), (byte)'h', level, .. Text("b"), (byte)'h', level, .. Op('u')]);
        using var file = TorchArchive.Open(_folder.Write("a", Archive([.. pickle])));
        Assert.Contains("too many names", Assert.Throws<UserException>(() => file.StateDict()).Message);
    }

    [Theory]
    [InlineData("model", "state_dict", "state_dict")]
    [InlineData("model", "model_state_dict", "model_state_dict")]
    [InlineData("model", "other", "model")]
    public void TheCustomaryWrappersAreSteppedInto(string first, string second, string expected)
    {
        byte[] Holding(string key) => [.. Op('}'), .. Text(key), .. Tensor(Storage("FloatStorage", "0", 4), 0, [1], [1]), .. Op('s')];
        var pickle = (byte[])[.. Op('}'), .. Op('('), .. Text(first), .. Holding(first), .. Text(second), .. Holding(second), .. Op('u')];
        using var file = TorchArchive.Open(_folder.Write("a", Archive(pickle)));
        Assert.Equal([expected], file.StateDict().Keys);
    }

    private static object? Value(PickledDictionary dictionary, string key) =>
        dictionary.TryGetValue(key, out var value) ? value : throw new KeyNotFoundException(key);

    private static byte[] Archive(byte[] pickle) => ZipBytes.Stored(("archive/data.pkl", Of(pickle)), ("archive/data/0", new byte[16]));

    private void Refused(byte[] bytes, string problem)
    {
        var path = _folder.Write("refused.pt", bytes);
        var error = Assert.Throws<UserException>(() => TorchArchive.Open(path));
        Assert.Contains(problem, error.Message);
        Assert.Contains(path, error.Message);
    }
}
