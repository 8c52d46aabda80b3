using Anyformer.Kernels.Products;
using Anyformer.Modules;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Kernels.Products;

public sealed class PackedLinearTests
{
    /// <summary>Lanes of two registers of 512, 256 and 128 bits.</summary>
    private static readonly int[] s_panels = [32, 16, 8];

    private static readonly Dictionary<FusedActivation, string> s_activations = new()
    {
        [FusedActivation.Identity] = "identity",
        [FusedActivation.Relu] = "relu",
        [FusedActivation.Gelu] = "gelu",
        [FusedActivation.GeluTanh] = "gelu-tanh",
        [FusedActivation.GeluQuick] = "gelu-quick",
        [FusedActivation.Silu] = "silu",
    };

    private static readonly Gen<Drawn> s_maps =
        from batch in Gen.Choose(1, 4)
        from tokens in Gen.Choose(1, 21)
        from inputs in Gen.Choose(1, 50)
        from outputs in Gen.Choose(1, 90)
        from panel in Gen.Elements(s_panels)
        from activation in Gen.Elements(s_activations.Keys.ToArray())
        from bias in Gen.Elements(true, false)
        from residual in Gen.Elements(true, false)
        select new Drawn(batch, tokens, inputs, outputs, panel, activation, bias, residual);

    [Fact]
    public void EqualsTheCompositionWithRegistersOfEveryWidth() => Property.Holds(s_maps, drawn =>
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        var (weight, bias) = (Tensors.Normal(1, drawn.Outputs, drawn.Inputs), drawn.Bias ? Tensors.Normal(2, drawn.Outputs) : null);
        var input = Tensors.Normal(3, drawn.Batch, drawn.Tokens, drawn.Inputs);
        var expected = Activations.Named(s_activations[drawn.Activation])(Functional.Linear(input, weight, bias));
        var packed = new PackedLinear(weight.Clone(), bias, drawn.Panel);
        var residual = drawn.Residual ? Tensors.Normal(4, drawn.Batch, drawn.Outputs, drawn.Tokens).Transpose(1, 2) : null;
        Tensors.AssertClose(residual is null ? expected : expected + residual, packed.Call(input, drawn.Activation, residual), 2e-5);
    }, runs: 300);

    [Fact]
    public void InputsMayLieAnyhow() => Property.Holds(Gen.Choose(1, 9).Four(), drawn =>
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        var (first, second, third, inputs) = drawn;
        var weight = Tensors.Normal(1, 20, inputs);
        var packed = new PackedLinear(weight.Clone(), bias: null, panel: 16);
        foreach (var input in new[]
        {
            Tensors.Normal(2, inputs),
            Tensors.Normal(2, first, second, third, inputs).Transpose(0, 1),
            Tensors.Normal(2, first, second, inputs, third).Transpose(2, 3),
            Tensors.Normal(2, first, second + 1, third, inputs)[.., 1],
            Tensors.Normal(2, first, second, third, 2 * inputs).Narrow(3, 1, inputs),
            Tensors.Normal(2, 1, inputs).Expand([third, inputs]),
        })
            Tensors.AssertClose(Functional.Linear(input, weight), packed.Call(input), 2e-5);
    }, runs: 30);

    [Fact]
    public void ManyRowsAndPanelsAreSharedAmongThreadsAndGroups()
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        foreach (var (rows, inputs, outputs) in new[] { (1, 9000, 170), (9, 9000, 170), (501, 64, 40), (197, 40, 1000) })
        {
            var (weight, input) = (Tensors.Normal(1, outputs, inputs), Tensors.Normal(2, rows, inputs));
            var packed = new PackedLinear(weight.Clone(), bias: null, PackedWeight.WidestPanel);
            Tensors.AssertClose(Functional.Linear(input, weight), packed.Call(input), 2e-4);
        }
    }

    [Fact]
    public void SeveralMapsOfOneInputGiveWhatEachGives() => Property.Holds(Gen.Choose(1, 70).Three(), drawn =>
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        var (first, second, third) = drawn;
        var input = Tensors.Normal(1, 5, 11);
        PackedLinear[] maps = [.. new[] { first, second, third }.Select(outputs => new PackedLinear(Tensors.Normal(outputs, outputs, 11), Tensors.Normal(7, outputs), 32))];
        foreach (var (map, output) in maps.Zip(maps[0].CallEach(input, maps)))
            Tensors.AssertSame(map.Call(input), output);
    }, runs: 30);

    [Fact]
    public void WeightsComeBackAsTheyWere() => Property.Holds(Gen.Choose(1, 100).Two().Zip(Gen.Elements(s_panels)), drawn =>
    {
        using var scope = new TensorScope();
        var ((outputs, inputs), panel) = drawn;
        var weight = Tensors.Normal(1, outputs, inputs);
        var packed = weight.Clone();
        new PackedWeight(packed, panel).Unpack();
        Tensors.AssertSame(weight, packed);
    }, runs: 60);

    [Fact]
    public void WhatIsNoNumberStaysNone()
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        foreach (var activation in s_activations.Keys)
            Assert.All(new PackedLinear(Functional.Ones([3, 2]), bias: null, 8).Call(Functional.Full([1, 2], double.NaN), activation).Numbers(), number => Assert.Equal(double.NaN, number));
    }

    [Fact]
    public void InputsOfAnotherWidthAreRefused()
    {
        using var scope = new TensorScope();
        var packed = new PackedLinear(Functional.Ones([3, 2]), bias: null, 8);
        Assert.Equal("A linear map of 2 inputs got vectors of 5.", Assert.Throws<UserException>(() => packed.Call(Functional.Ones([1, 5]))).Message);
    }

    private sealed record Drawn(int Batch, int Tokens, int Inputs, int Outputs, int Panel, FusedActivation Activation, bool Bias, bool Residual);
}
