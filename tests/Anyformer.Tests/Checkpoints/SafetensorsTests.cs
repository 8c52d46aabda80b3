using Anyformer.Checkpoints;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Checkpoints;

/// <summary>Tensors to files and back.</summary>
public sealed class SafetensorsTests : IDisposable
{
    private static readonly DType[] s_types =
    [
        DType.Bool, DType.UInt8, DType.Int8, DType.Int16, DType.Int32, DType.Int64, DType.Float16, DType.BFloat16, DType.Float32, DType.Float64,
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TensorsOfEveryTypeAndShapeComeBack()
    {
        var tensors =
            from type in Gen.Elements(s_types)
            from shape in Gen.ArrayOf(Gen.Choose(0, 4).Select(size => (long)size))
            where shape.Length <= 4
            select (type, shape);
        Property.Holds(Gen.ListOf(tensors), drawn =>
        {
            using var scope = new TensorScope();
            var saved = drawn.Index().ToDictionary(
                item => $"t{item.Index}", item => (Tensors.Normal(item.Index, item.Item.shape) * 3).To(item.Item.type));
            Safetensors.Save(_folder["a"], saved, new Dictionary<string, string> { ["count"] = $"{saved.Count}" });
            var loaded = Safetensors.Load(_folder["a"], out var metadata);
            Assert.Equal($"{saved.Count}", metadata["count"]);
            Assert.Equal(saved.Keys.Order(), loaded.Keys.Order());
            foreach (var (name, tensor) in saved)
            {
                Assert.Equal(tensor.DType, loaded[name].DType);
                Tensors.AssertSame(tensor, loaded[name]);
            }
        }, runs: 40);
    }

    [Fact]
    public void ViewsAreWrittenAsTheyLook()
    {
        using var scope = new TensorScope();
        var tensor = Tensors.Normal(1, 3, 4);
        var views = new Dictionary<string, Tensor>
        {
            ["transposed"] = tensor.Transpose(0, 1),
            ["sliced"] = tensor[.., TensorIndex.Slice(0, null, 2)],
            ["expanded"] = tensor[..1].Expand([5, 4]),
        };
        Safetensors.Save(_folder["a"], views);
        foreach (var (name, loaded) in Safetensors.Load(_folder["a"]))
            Tensors.AssertSame(views[name], loaded);
    }

    [Fact]
    public void ATensorLargerThanAChunkIsWrittenWhole()
    {
        using var scope = new TensorScope();
        var tensor = Functional.Arange((1 << 24) + 3).Remainder(251).To(DType.UInt8);
        Safetensors.Save(_folder["a"], new Dictionary<string, Tensor> { ["x"] = tensor });
        Assert.True(tensor.Equal(Safetensors.Load(_folder["a"])["x"]));
    }

    [Fact]
    public void WritingToALoadedTensorLeavesTheFile()
    {
        using var scope = new TensorScope();
        Safetensors.Save(_folder["a"], new Dictionary<string, Tensor> { ["x"] = Functional.Ones([3]) });
        Safetensors.Load(_folder["a"])["x"].FillInPlace(7);
        Assert.Equal([1.0, 1, 1], Safetensors.Load(_folder["a"])["x"].Numbers());
    }

    [Fact]
    public void LoadedTensorsOutliveTheFile()
    {
        using var scope = new TensorScope();
        Safetensors.Save(_folder["a"], new Dictionary<string, Tensor> { ["x"] = Functional.Full([3], 4) });
        var loaded = Safetensors.Load(_folder["a"])["x"];
        File.Delete(_folder["a"]);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal([4.0, 4, 4], loaded.Numbers());
    }

    [Fact]
    public void TensorsAtOddAddressesAreCopied()
    {
        using var scope = new TensorScope();
        var json = """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}"""u8.ToArray();
        var path = _folder.Write("a", SafetensorsBytes.Of(json, [5, .. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)]));
        Assert.Equal([1.5, -2], Safetensors.Load(path)["b"].Numbers());
    }

    [Fact]
    public void EitherFormatIsToldApartByItsBytes()
    {
        using var scope = new TensorScope();
        Safetensors.Save(_folder["a.bin"], new Dictionary<string, Tensor> { ["x"] = Functional.Full([2], 3) });
        Assert.Equal([3.0, 3], StateDictFile.Load(_folder["a.bin"])["x"].Numbers());
        var pickled = StateDictFile.Load(Fixture.PathOf("training.pt"), "model");
        Assert.Equal(["first.weight", "first.bias", "last.weight"], pickled.Keys);
        Assert.Equal([200.0, 201, 202], pickled["last.weight"].Numbers());
    }

    [Fact]
    public void AFileThatIsMissingOrNothingIsNamed()
    {
        Assert.Contains($"'{_folder["none"]}'", Assert.Throws<UserException>(() => StateDictFile.Load(_folder["none"])).Message);
        var text = _folder.Write("text", "no checkpoint at all, just a text"u8.ToArray());
        Assert.StartsWith($"'{text}' cannot be read as a safetensors file: ",
            Assert.Throws<UserException>(() => StateDictFile.Load(text)).Message);
    }
}
