using Anyformer.FeedForward;
using Anyformer.Kernels;
using Anyformer.Modules;
using Anyformer.Torch;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Kernels;

[Collection(DefaultGenerator.Name)]
public sealed class NarrowFeedForwardTests
{
    private static readonly Activation s_gelu = Activations.Named("gelu");

    [Fact]
    public void EqualsTheCompositionOfOperatorsForwardAndBackward() => Property.Holds(
        from batch in Gen.Choose(1, 3)
        from tokens in Gen.Choose(1, 600)
        from width in Gen.Choose(1, 16)
        from hidden in Gen.Choose(1, 40)
        select (batch, tokens, width, hidden), drawn =>
        {
            using var scope = new TensorScope();
            var part = new PositionwiseFeedForward(drawn.width, drawn.hidden, s_gelu, dropout: 0.3);
            part.Eval();
            var input = Functional.Randn([drawn.batch, drawn.width, drawn.tokens]).Transpose(1, 2) * 2;
            input.RequiresGrad = true;
            Tensor[] leaves = [input, .. part.Parameters()];
            var (kernel, composed) = (part.Call(input), part.Compose(input));
            AssertClose(composed, kernel);

            var probe = composed.RandnLike();
            var expected = Autograd.Grad([composed], leaves, [probe]);
            var actual = Autograd.Grad([kernel], leaves, [probe]);
            for (var i = 0; i < leaves.Length; i++)
                AssertClose(expected[i]!, actual[i]!);
        }, runs: 40);

    [Fact]
    public void TheWayBackDropsWhatTheWayThereDropped()
    {
        using var scope = new TensorScope();
        var (part, input) = Drawn(3, 20, [37, 3]);
        var leaves = Leaves(part, input);
        var output = Seeded(() => part.Call(input));
        var probe = output.RandnLike();
        var gradients = Autograd.Grad([output], leaves, [probe], createGraph: false);
        foreach (var (leaf, gradient) in leaves.Zip(gradients))
        {
            var direction = leaf.RandnLike();
            var slope = (Moved(leaf, direction, 0.01) - Moved(leaf, direction, -0.01)) / 0.02;
            Assert.Equal(slope, (gradient! * direction).Sum().Item<double>(), Math.Max(0.02, 0.02 * Math.Abs(slope)));
        }

        double Moved(Tensor leaf, Tensor direction, double step)
        {
            using var noGrad = Autograd.NoGrad();
            leaf.AddInPlace(direction, step);
            var loss = (Seeded(() => part.Call(input)) * probe).Sum().Item<double>();
            leaf.SubInPlace(direction, step);
            return loss;
        }
    }

    [Fact]
    public void GradientsThatAreDifferentiatedAgainAreTheSame()
    {
        using var scope = new TensorScope();
        var (part, input) = Drawn(5, 12, [2, 23, 5]);
        var leaves = Leaves(part, input);
        var output = part.Call(input);
        var probe = output.RandnLike();
        var once = Autograd.Grad([output], leaves, [probe], retainGraph: true);
        var again = Autograd.Grad([output], leaves, [probe], createGraph: true);
        for (var i = 0; i < leaves.Length; i++)
            AssertClose(once[i]!, again[i]!);
        Assert.NotNull(Autograd.Grad([again[0]!.Square().Sum()], leaves, [Functional.Ones([])], allowUnused: true)[0]);
    }

    [Fact]
    public void DropoutDropsTheShareItShouldAndKeepsTheMean()
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(3);
        var part = new PositionwiseFeedForward(1, 64, s_gelu, dropout: 0.25);
        foreach (var (name, tensor) in part.StateDict())
            using (Autograd.NoGrad())
                tensor.FillInPlace(name is "hidden.bias" or "output.weight" ? 1 : 0);
        var activation = Tensor.From(1.0).Gelu().Item<double>();
        // Units of one activation each, added up: an output counts the units that were kept.
        var counts = part.Call(Functional.Randn([5000, 1])).ToArray<float>().Select(output => output * 0.75 / activation).ToArray();
        Assert.Equal(48, counts.Average(), 0.2);
        Assert.All(counts, count => Assert.Equal(Math.Round(count), count, 1e-3));
    }

    [Fact]
    public void LeavesWideLayersOtherTypesAndMissingBiasesToTheOperators()
    {
        using var scope = new TensorScope();
        bool Takes(Tensor input, int width = 4, bool bias = true) =>
            NarrowFeedForward.Takes(input, new Linear(width, 8, bias), new Linear(8, width, bias));
        Assert.True(Takes(Functional.Randn([3, 4])));
        Assert.False(Takes(Functional.Randn([0, 4])));
        Assert.False(Takes(Functional.Randn([3, 17]), width: 17));
        Assert.False(Takes(Functional.Randn([3, 4], DType.Float64)));
        Assert.False(Takes(Functional.Randn([3, 4]).To(DType.BFloat16)));
        Assert.False(Takes(Functional.Randn([3, 4]), bias: false));
        Assert.False(Takes(Functional.Randn([3, 5])));
    }

    private static (PositionwiseFeedForward Part, Tensor Input) Drawn(int width, int hidden, long[] shape)
    {
        TorchRuntime.ManualSeed(5);
        var input = Functional.Randn(shape);
        input.RequiresGrad = true;
        return (new PositionwiseFeedForward(width, hidden, s_gelu, dropout: 0.4), input);
    }

    private static Tensor[] Leaves(PositionwiseFeedForward part, Tensor input) => [input, .. part.Parameters()];

    private static Tensor Seeded(Func<Tensor> draw)
    {
        TorchRuntime.ManualSeed(11);
        return draw();
    }

    private static void AssertClose(Tensor expected, Tensor actual) =>
        Assert.True(expected.AllClose(actual, 1e-4, 1e-4), $"largest difference {(expected - actual).Abs().Max().Item<float>()}");
}
