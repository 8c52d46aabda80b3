using Anyformer.Modules;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Modules;

public sealed class LinearTests
{
    [Fact]
    public void MapsTheLastDimension() => Property.Holds(Gen.Choose(1, 6).Four(), drawn =>
    {
        using var scope = new TensorScope();
        var (batch, tokens, inputs, outputs) = drawn;
        var module = new Linear(inputs, outputs, bias: batch % 2 == 0);
        var input = Tensors.Normal(batch, batch, tokens, inputs);
        var (x, w, b) = (input.Numbers(), module.Weight.Numbers(), module.Bias?.Numbers() ?? new double[outputs]);
        var expected =
            from row in Enumerable.Range(0, batch * tokens)
            from o in Enumerable.Range(0, outputs)
            select b[o] + Enumerable.Range(0, inputs).Sum(i => x[row * inputs + i] * w[o * inputs + i]);
        var output = module.Call(input);
        Assert.Equal([batch, tokens, outputs], output.Shape);
        Tensors.AssertClose([.. expected], output);
    }, runs: 30);

    [Fact]
    public void ASingleTokenGetsWhatItGetsBesideOthers() => Property.Holds(Gen.Choose(1, 9).Two(), drawn =>
    {
        using var scope = new TensorScope();
        var (inputs, outputs) = drawn;
        var module = new Linear(inputs, outputs, bias: inputs % 2 == 0);
        var tokens = Tensors.Normal(1, 1, 3, inputs);
        var together = module.Call(tokens);
        using var unrecorded = Autograd.NoGrad();
        for (var token = 0; token < 3; token++)
            Tensors.AssertClose(together.Narrow(1, token, 1), module.Call(tokens.Narrow(1, token, 1)), 1e-6);
    }, runs: 30);

    [Fact]
    public void TokensMayLieInAnyOrder() => Property.Holds(Gen.Choose(1, 6).Four(), drawn =>
    {
        using var scope = new TensorScope();
        var (batch, tokens, inputs, outputs) = drawn;
        var module = new Linear(inputs, outputs);
        var input = Tensors.Normal(1, tokens, batch, inputs).Transpose(0, 1);
        input.RequiresGrad = true;
        var copied = input.Detach().Contiguous();
        copied.RequiresGrad = true;
        var (output, expected) = (module.Call(input), module.Call(copied));
        Tensors.AssertClose(expected, output, 1e-6);
        Assert.True(output.Transpose(0, 1).IsContiguous);
        var probe = Tensors.Normal(2, batch, tokens, outputs);
        var gradient = Autograd.Grad([output], [input, module.Weight], [probe]);
        var expectedGradient = Autograd.Grad([expected], [copied, module.Weight], [probe]);
        Tensors.AssertClose(expectedGradient[0]!, gradient[0]!);
        Tensors.AssertClose(expectedGradient[1]!, gradient[1]!);
    }, runs: 20);

    [Fact]
    public void AWrongWidthNamesTheShapes()
    {
        var error = Assert.Throws<TorchException>(() => new Linear(3, 2).Call(Functional.Ones([4, 5])));
        Assert.Contains("aten::linear", error.Message);
        Assert.Contains("[4, 5]", error.Message);
    }

    [Fact]
    public void AnEmbeddingLooksItsRowsUp()
    {
        var module = new Embedding(5, 3);
        var rows = module.Weight.Numbers().Chunk(3).ToArray();
        var output = module.Call(Tensor.From(new long[,] { { 4, 0 }, { 2, 4 } }));
        Assert.Equal([2L, 2, 3], output.Shape);
        Assert.Equal([.. rows[4], .. rows[0], .. rows[2], .. rows[4]], output.Numbers());
    }

    [Fact]
    public void AnEmbeddingGathersGradientsOfRepeatedEntries()
    {
        var module = new Embedding(3, 2);
        module.Call(Tensor.From([1L, 1, 2])).Sum().Backward();
        Assert.Equal([0.0, 0, 2, 2, 1, 1], module.Weight.Grad!.Numbers());
    }

    [Fact]
    public void AnEntryOutsideTheTableIsRefused() =>
        Assert.Throws<TorchException>(() => new Embedding(3, 2).Call(Tensor.From([3L])));
}
