using Anyformer.Attention.Patterns;
using Anyformer.Attention.Softmax;
using Anyformer.Kernels.Fused;
using Anyformer.Kernels.Vectors;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Kernels.Fused;

[Collection(DefaultGenerator.Name)]
public sealed class FusedAttentionTests
{
    private enum Hiding
    {
        Nothing,
        Later,
        Padding,
        Pairs,
        LaterAndPadding,
    }

    private sealed record Sizes(int Batch, int Heads, int Queries, int Keys, int Width, int ValueWidth, Hiding Hiding, bool Biased, int Registers);

    private static FsCheck.Gen<Sizes> RandomSizes =>
        from batch in Gen.Choose(1, 3)
        from heads in Gen.Choose(1, 3)
        from queries in Gen.Choose(1, 200)
        from keys in Gen.Choose(1, 200)
        from width in Gen.Choose(1, 70)
        from valueWidth in Gen.Choose(1, 70)
        from hiding in Gen.Elements(Enum.GetValues<Hiding>())
        from biased in Gen.Elements(false, true)
        from registers in Gen.Elements(Registers.Widths)
        select new Sizes(batch, heads, queries, keys, width, valueWidth, hiding, biased, registers);

    [Fact]
    public void EqualsTheCompositionOfOperatorsForwardAndBackward() => Property.Holds(RandomSizes, sizes =>
    {
        using var scope = new TensorScope();
        var (inputs, mask) = Inputs(sizes, DType.Float32);
        Assert.True(FusedAttention.Takes(inputs[0], inputs[1], inputs[2]));
        var fused = new FusedAttention(mask, 0, null, sizes.Registers).Apply(inputs)[0];
        var composed = Composed(inputs, mask);
        Tensors.AssertClose(composed, fused, 2e-5);

        var probe = composed.RandnLike();
        var expected = Autograd.Grad([composed], inputs, [probe]);
        var actual = Autograd.Grad([fused], inputs, [probe]);
        for (var i = 0; i < expected.Length; i++)
            Tensors.AssertClose(expected[i]!, actual[i]!, 1e-4);
    });

    public static TheoryData<int, double, bool> Derivatives => new()
    {
        { 512, 0, false }, { 256, 0, true }, { 128, 0.4, false }, { 512, 0.4, true },
    };

    [Theory]
    [MemberData(nameof(Derivatives))]
    public void GradientsAreThoseOfFiniteDifferences(int registers, double dropout, bool causal)
    {
        using var scope = new TensorScope();
        var (inputs, _) = Inputs(new Sizes(2, 2, 5, 7, 4, 3, Hiding.Nothing, true, registers), DType.Float64);
        GradientCheck.Assert(
            given => Seeded(() => new FusedAttention(new FusedMask { IsCausal = causal }, dropout, 0.7, registers).Apply(given)[0]),
            inputs);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.4)]
    public void DerivativesOfDerivativesAreThoseOfFiniteDifferences(double dropout)
    {
        using var scope = new TensorScope();
        var (inputs, mask) = Inputs(new Sizes(1, 2, 3, 4, 3, 2, Hiding.Later, true, 512), DType.Float64);
        var probe = Functional.Randn([1, 2, 3, 2], DType.Float64);
        GradientCheck.Assert(
            given =>
            {
                var output = Seeded(() => new FusedAttention(mask, dropout).Apply(given)[0]);
                return Autograd.Grad([output], given, [probe], createGraph: true)[0]!;
            },
            inputs);
    }

    [Fact]
    public void EveryWidthOfRegistersGivesTheSame()
    {
        using var scope = new TensorScope();
        var (inputs, mask) = Inputs(new Sizes(2, 2, 130, 150, 33, 65, Hiding.Padding, true, 512), DType.Float64);
        var results = Registers.Widths.Select(width => Seeded(() => new FusedAttention(mask, 0.2, null, width).Apply(inputs)[0])).ToArray();
        Tensors.AssertClose(results[0], results[1], 1e-12);
        Tensors.AssertClose(results[0], results[2], 1e-12);
    }

    [Fact]
    public void ThePatternsBlocksAreWhatIsSeen()
    {
        var patterns = new[] { AttentionPattern.Band(20, 0), AttentionPattern.Band(70, 70) | AttentionPattern.Parse("global(..2)"), AttentionPattern.Parse("strided(5)") };
        foreach (var (pattern, tokens) in patterns.SelectMany(pattern => new[] { 30, 64, 200 }.Select(tokens => (pattern, tokens))))
        {
            using var scope = new TensorScope();
            var (inputs, padding) = Inputs(new Sizes(2, 2, tokens, tokens, 8, 8, Hiding.Padding, false, 512), DType.Float32);
            var mask = padding with { Layout = new LayoutPlan([new BlockLayout(pattern, new PatternSite(tokens), BlockPlan.Size)]) };
            Tensors.AssertSame(pattern.DenseMask(tokens, 1), mask.Layout.Table()[0]);
            var (fused, composed) = (new FusedAttention(mask).Apply(inputs)[0], Composed(inputs, mask));
            Tensors.AssertClose(composed, fused, 2e-5);
            var probe = composed.RandnLike();
            foreach (var (expected, actual) in Autograd.Grad([composed], inputs, [probe]).Zip(Autograd.Grad([fused], inputs, [probe])))
                Tensors.AssertClose(expected!, actual!, 1e-4);
        }
    }

    [Fact]
    public void AQueryThatSeesNothingGetsNothingAndChangesNothing()
    {
        using var scope = new TensorScope();
        var (inputs, _) = Inputs(new Sizes(2, 1, 70, 66, 4, 4, Hiding.Nothing, false, 512), DType.Float32);
        var seen = Functional.Ones([2, 66], DType.Bool);
        seen[1] = Tensor.From(false);
        var context = new FusedAttention(new FusedMask { Keys = seen }).Apply(inputs)[0];
        Assert.All(context[1].Numbers(), number => Assert.Equal(0, number));
        var gradients = Autograd.Grad([context], inputs, [context.OnesLike()]);
        Assert.All(gradients, gradient => Assert.All(gradient![1].Numbers(), number => Assert.Equal(0, number)));
        Assert.All(gradients, gradient => Assert.All(gradient!.Numbers(), number => Assert.True(double.IsFinite(number))));
    }

    [Fact]
    public void DropsAsManyWeightsAsAsked()
    {
        using var scope = new TensorScope();
        var zeros = Functional.Zeros([1, 2, 200, 8]);
        var ones = Functional.Ones([1, 2, 300, 8]);
        // All weights are alike, so the context is the share of those kept over what is expected of them.
        var kept = new FusedAttention(new FusedMask(), 0.25).Apply(zeros, Functional.Zeros([1, 2, 300, 8]), ones)[0].Mean().Item<double>();
        Assert.InRange(kept, 0.99, 1.01);
    }

    [Fact]
    public void LargeScoresDoNotOverflow()
    {
        using var scope = new TensorScope();
        var (inputs, _) = Inputs(new Sizes(1, 1, 80, 300, 16, 16, Hiding.Nothing, false, 512), DType.Float32);
        // Scores of some hundreds, whose exponentials are no numbers in single precision.
        Tensor[] large = [(inputs[0] * 12).Detach(), (inputs[1] * 12).Detach(), inputs[2].Detach()];
        Tensors.AssertClose(Composed(large, new FusedMask()), new FusedAttention(new FusedMask()).Apply(large)[0], 5e-3);
    }

    [Fact]
    public void TheMaskMayBeGoneWhenGradientsAreAskedFor()
    {
        using var scope = new TensorScope();
        var (inputs, _) = Inputs(new Sizes(2, 2, 40, 50, 8, 8, Hiding.Nothing, false, 512), DType.Float64);
        var (fused, composed) = ((Tensor?)null, (Tensor?)null);
        using (var inner = new TensorScope())
        {
            var mask = new FusedMask { Keys = Functional.Rand([2, 50]).Gt(0.3), Pairs = Functional.Rand([40, 50]).Gt(0.3) };
            (fused, composed) = (inner.Keep(new FusedAttention(mask).Apply(inputs)[0]), inner.Keep(Composed(inputs, mask)));
        }

        var probe = composed.RandnLike();
        foreach (var (expected, actual) in Autograd.Grad([composed], inputs, [probe]).Zip(Autograd.Grad([fused], inputs, [probe])))
            Tensors.AssertClose(expected!, actual!, 1e-9);
    }

    [Fact]
    public void SharedHeadsAreReadWithoutCopies()
    {
        using var scope = new TensorScope();
        var queries = Functional.Randn([2, 4, 40, 8]);
        var shared = Functional.Randn([2, 1, 40, 8]);
        var expanded = shared.Expand([2, 4, 40, 8]);
        Tensors.AssertClose(Composed([queries, expanded.Contiguous(), expanded.Contiguous()], new FusedMask()),
            new FusedAttention(new FusedMask()).Apply(queries, expanded, expanded)[0], 1e-5);
    }

    private static Tensor Composed(Tensor[] inputs, FusedMask mask)
    {
        var scores = inputs[0].MatMul(inputs[1].Transpose(-2, -1)) / Math.Sqrt(inputs[0].Size(-1));
        if (inputs.Length > 3)
            scores += inputs[3];
        var visible = mask.Table(inputs[0].Size(2), inputs[1].Size(2));
        return (visible is null ? scores.Softmax(-1) : MaskedSoftmax.Of(scores, visible)).MatMul(inputs[2]);
    }

    /// <summary>Queries, keys, values and, where sizes say so, a bias that some samples and heads share.</summary>
    private static (Tensor[] Inputs, FusedMask Mask) Inputs(Sizes sizes, DType type)
    {
        Tensor Heads(long tokens, long width) => Functional.Randn([sizes.Batch, tokens, sizes.Heads, width], type).Transpose(1, 2);
        Tensor[] inputs = [Heads(sizes.Queries, sizes.Width), Heads(sizes.Keys, sizes.Width), Heads(sizes.Keys, sizes.ValueWidth)];
        if (sizes.Biased)
            inputs = [.. inputs, Functional.Randn([sizes.Keys % 2 == 0 ? 1 : sizes.Batch, sizes.Queries % 2 == 0 ? 1 : sizes.Heads, sizes.Queries, sizes.Keys], type)];
        foreach (var input in inputs)
            input.RequiresGrad = true;
        var mask = new FusedMask
        {
            IsCausal = sizes.Hiding is Hiding.Later or Hiding.LaterAndPadding,
            Keys = sizes.Hiding is Hiding.Padding or Hiding.LaterAndPadding ? Functional.Rand([sizes.Batch, sizes.Keys]).Gt(0.3) : null,
            Pairs = sizes.Hiding is Hiding.Pairs ? Functional.Rand([1, sizes.Heads, sizes.Queries, sizes.Keys]).Gt(0.5) : null,
        };
        return (inputs, mask);
    }

    private static Tensor Seeded(Func<Tensor> make)
    {
        TorchRuntime.ManualSeed(5);
        return make();
    }
}
