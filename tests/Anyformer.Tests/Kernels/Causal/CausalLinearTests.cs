using Anyformer.Attention.Kernels;
using Anyformer.Kernels;
using Anyformer.Kernels.Causal;
using Anyformer.Kernels.Vectors;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Kernels.Causal;

[Collection(DefaultGenerator.Name)]
public sealed class CausalLinearTests
{
    private sealed record Sizes(int Batch, int Heads, int Tokens, int Features, int Width, int Registers, bool IsDouble);

    private static FsCheck.Gen<Sizes> RandomSizes(int mostTokens, int mostWidth) =>
        from batch in Gen.Choose(1, 2)
        from heads in Gen.Choose(1, 3)
        from tokens in Gen.Choose(1, mostTokens)
        from features in Gen.Choose(1, mostWidth)
        from width in Gen.Choose(1, mostWidth)
        from registers in Gen.Elements(Registers.Widths)
        from isDouble in Gen.Elements(false, true)
        select new Sizes(batch, heads, tokens, features, width, registers, isDouble);

    [Fact]
    public void IsTheSumOverThePast() => Property.Holds(RandomSizes(mostTokens: 100, mostWidth: 20), sizes =>
    {
        using var scope = new TensorScope();
        var inputs = Inputs(sizes);
        var results = new CausalLinear(weighs: true, sizes.Registers).Apply(inputs);
        var (sums, weights) = Naive(sizes, inputs[0].Numbers(), inputs[1].Numbers(), inputs[2].Numbers());
        var tolerance = sizes.IsDouble ? 1e-12 : 1e-4;
        Tensors.AssertClose(sums, results[0], tolerance);
        Tensors.AssertClose(weights, results[1], tolerance);
    }, runs: 60);

    [Fact]
    public void EqualsTheCompositionOfOperatorsForwardAndBackward() => Property.Holds(RandomSizes(mostTokens: 150, mostWidth: 70), sizes =>
    {
        using var scope = new TensorScope();
        var inputs = Inputs(sizes);
        Assert.True(CausalLinear.Takes(inputs[0], inputs[1], inputs[2]));
        var (actual, expected) = (new CausalLinear(weighs: true, sizes.Registers).Apply(inputs), Composed(inputs));
        Tensor[] probes = [.. expected.Select(result => result.RandnLike())];
        AssertNear(expected, actual, sizes.IsDouble);
        AssertNear(Autograd.Grad(expected, inputs, probes)!, Autograd.Grad(actual, inputs, probes)!, sizes.IsDouble);
    }, runs: 40);

    public static TheoryData<int, bool> Derivatives => new() { { 512, true }, { 256, false }, { 256, true }, { 128, true } };

    [Theory]
    [MemberData(nameof(Derivatives))]
    public void GradientsAreThoseOfFiniteDifferences(int registers, bool weighs)
    {
        using var scope = new TensorScope();
        var inputs = Inputs(new Sizes(1, 2, 35, 3, 2, registers, IsDouble: true));
        GradientCheck.Assert(given => Functional.Cat(new CausalLinear(weighs, registers).Apply(given), -1), inputs);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DerivativesOfDerivativesAreThoseOfFiniteDifferences(bool weighs)
    {
        using var scope = new TensorScope();
        var inputs = Inputs(new Sizes(1, 2, 5, 3, 2, 512, IsDouble: true));
        GradientCheck.Assert(given =>
        {
            var results = new CausalLinear(weighs).Apply(given);
            Tensor[] squares = [.. results.Select(result => result.Square())];
            var gradients = Autograd.Grad(squares, given, [.. squares.Select(square => square.OnesLike())], createGraph: true);
            return Functional.Cat([.. gradients.Select(gradient => gradient!)], -1);
        }, inputs);
    }

    [Fact]
    public void OnlyWhatIsUsedAndAskedForIsDifferentiated()
    {
        using var scope = new TensorScope();
        var inputs = Inputs(new Sizes(2, 2, 70, 5, 6, 512, IsDouble: true));
        var probe = Functional.Randn([2, 2, 70, 1], DType.Float64);
        // Of the weights alone: values have no part in them.
        var ofWeights = Autograd.Grad([new CausalLinear(weighs: true).Apply(inputs)[1]], inputs, [probe]);
        var expected = Autograd.Grad([Composed(inputs)[1]], [inputs[0], inputs[1]], [probe]);
        Tensors.AssertClose(expected[0]!, ofWeights[0]!, 1e-9);
        Tensors.AssertClose(expected[1]!, ofWeights[1]!, 1e-9);
        Assert.All(ofWeights[2]!.Numbers(), number => Assert.Equal(0, number));
        var sums = new CausalLinear(weighs: true).Apply(inputs[0].Detach(), inputs[1], inputs[2].Detach())[0];
        Tensors.AssertClose(Autograd.Grad([Composed(inputs)[0].Sum()], [inputs[1]])[0]!, Autograd.Grad([sums.Sum()], [inputs[1]])[0]!, 1e-9);
    }

    [Fact]
    public void AHeadThatIsCutForMoreThreadsHasTheSameBits()
    {
        using var scope = new TensorScope();
        // Alone it is cut into columns of values where there is more than one thread; among many it is not.
        var many = Inputs(new Sizes(2, 20, 200, 48, 200, 512, IsDouble: false));
        Tensor[] one = [.. many.Select(input => input.Narrow(0, 1, 1).Narrow(1, 7, 1))];
        var (whole, cut) = (new CausalLinear(weighs: true).Apply(many), new CausalLinear(weighs: true).Apply(one));
        Tensors.AssertSame(whole[0][1][7], cut[0][0][0]);
        Tensors.AssertSame(whole[1][1][7], cut[1][0][0]);
    }

    [Fact]
    public void HeadsAreReadWhereverTheyLie()
    {
        using var scope = new TensorScope();
        var queries = Functional.Randn([2, 4, 70, 8], DType.Float64);
        var keys = Functional.Randn([2, 1, 70, 8], DType.Float64).Expand([2, 4, 70, 8]);
        var values = Functional.Randn([70, 2, 4, 30], DType.Float64).Permute([1, 2, 0, 3]).Narrow(3, 5, 11);
        var (expected, actual) = (Composed([queries, keys.Contiguous(), values.Contiguous()]), new CausalLinear(weighs: true).Apply(queries, keys, values));
        AssertNear(expected, actual, isDouble: true);
    }

    [Fact]
    public void WhatIsNoNumberStaysInItsHeadAndAfterIt()
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        var inputs = Inputs(new Sizes(1, 6, 100, 9, 7, 512, IsDouble: false));
        inputs[1][0][2][70] = Tensor.From(float.NaN);
        var sums = new CausalLinear().Apply(inputs)[0];
        foreach (var head in new[] { 0, 1, 3, 4, 5 })
            Assert.All(sums[0][head].Numbers(), number => Assert.True(double.IsFinite(number)));
        Assert.All(sums[0][2].Narrow(0, 70, 30).Numbers(), number => Assert.True(double.IsNaN(number)));
        Assert.All(sums[0][2].Narrow(0, 0, 64).Numbers(), number => Assert.True(double.IsFinite(number)));
    }

    [SkippableFact]
    public void BetweenThePassesOnlyTheResultIsHeld()
    {
        Skip.IfNot(HeapMemory.IsKnown, "the C library does not tell what it has given out");
        const int Tokens = 2048, Width = 64;
        using var scope = new TensorScope();
        var inputs = Inputs(new Sizes(1, 1, Tokens, Width, Width, Registers.Widest, IsDouble: false));
        // The sums before each chunk would be twice as many.
        const long Result = sizeof(float) * (long)Tokens * Width;
        Assert.InRange(Taken(() => new CausalLinear().Apply(inputs)[0]), Result, 2 * Result);
    }

    [SkippableFact]
    public void WhatAThreadHoldsDoesNotGrowWithTokens()
    {
        Skip.IfNot(HeapMemory.IsKnown, "the C library does not tell what it has given out");
        using var scope = new TensorScope();
        long Held(int tokens) => Taken(() =>
        {
            var rows = new Rows<float>(Functional.Zeros([1]).Expand([1, 1, tokens, 64]));
            return new WalkState<float>(new WalkTerms<float>(1, rows, rows, rows, rows), panelWidth: 32, tileRows: 8);
        });

        const long Sum = sizeof(float) * 64 * 64;
        Assert.InRange(Held(1_000_000) - Held(1000), -Sum, Sum);
    }

    /// <summary>Bytes that something made holds. The runtime takes and gives memory of its own meanwhile, so the middle of several tries counts.</summary>
    private static long Taken(Func<IDisposable> make) => Enumerable.Range(0, 7).Select(_ =>
    {
        using var scope = new TensorScope();
        var before = HeapMemory.Used;
        using var made = make();
        return HeapMemory.Used - before;
    }).Order().ElementAt(3);

    private static Tensor[] Composed(Tensor[] inputs)
    {
        var (product, width) = (CausalComposition.Of(inputs[0], inputs[1], inputs[2].ConstantPadNd([0, 1], 1)), inputs[2].Size(-1));
        return [product.Narrow(-1, 0, width), product.Narrow(-1, width, 1)];
    }

    /// <summary>Within what rounding does to sums whose terms are as large as the largest result.</summary>
    private static void AssertNear(IReadOnlyList<Tensor> expected, IReadOnlyList<Tensor> actual, bool isDouble)
    {
        foreach (var (one, other) in expected.Zip(actual))
        {
            Assert.Equal(one.Shape, other.Shape);
            var scale = 1 + one.Abs().Max().Item<double>();
            Assert.InRange((one - other).Abs().Max().Item<double>(), 0, scale * (isDouble ? 1e-12 : 2e-5));
        }
    }

    private static (double[] Sums, double[] Weights) Naive(Sizes sizes, double[] queries, double[] keys, double[] values)
    {
        var (pairs, tokens, features, width) = (sizes.Batch * sizes.Heads, sizes.Tokens, sizes.Features, sizes.Width);
        var (sums, weights) = (new double[pairs * tokens * width], new double[pairs * tokens]);
        for (var pair = 0; pair < pairs; pair++)
            for (var t = 0; t < tokens; t++)
                for (var s = 0; s <= t; s++)
                {
                    var (query, key) = (pair * tokens + t, pair * tokens + s);
                    var weight = Enumerable.Range(0, features).Sum(i => queries[query * features + i] * keys[key * features + i]);
                    weights[query] += weight;
                    for (var i = 0; i < width; i++)
                        sums[query * width + i] += weight * values[key * width + i];
                }

        return (sums, weights);
    }

    private static Tensor[] Inputs(Sizes sizes)
    {
        Tensor Heads(long width)
        {
            var type = sizes.IsDouble ? DType.Float64 : DType.Float32;
            var heads = Functional.Randn([sizes.Batch, sizes.Tokens, sizes.Heads, width], type).Transpose(1, 2);
            heads.RequiresGrad = true;
            return heads;
        }

        return [Heads(sizes.Features), Heads(sizes.Features), Heads(sizes.Width)];
    }
}
