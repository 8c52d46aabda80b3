using Anyformer.Blocks;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Blocks;

[Collection(DefaultGenerator.Name)]
public sealed class ReversibleSequenceTests
{
    private const int Rows = 2048, Wide = 128;

    [Fact]
    public void GivesWhatPlainBlocksGiveForwardAndBack()
    {
        using var scope = new TensorScope();
        var layers = Enumerable.Range(0, 6).Select(_ => Layer()).ToArray();
        var (first, second) = (Leaf(1), Leaf(2));
        var (a, h) = new ReversibleSequence([.. layers.Select(Branch)]).Call(first, second);
        ((a * 2).Square().Sum() + h.Square().Sum()).Backward();
        var gradients = Gradients(first, second, layers);

        (first.Grad, second.Grad) = (null, null);
        foreach (var layer in layers)
            foreach (var parameter in layer.Parameters())
                parameter.Grad = null;
        var (plainA, plainH) = (first, second);
        foreach (var pair in layers.Chunk(2))
        {
            plainA = plainA + Of(pair[0], plainH);
            plainH = plainH + Of(pair[1], plainA);
        }

        Tensors.AssertClose(plainA, a, 1e-12);
        Tensors.AssertClose(plainH, h, 1e-12);
        ((plainA * 2).Square().Sum() + plainH.Square().Sum()).Backward();
        foreach (var (expected, gradient) in Gradients(first, second, layers).Zip(gradients))
            Tensors.AssertClose(expected, gradient, 1e-9);
    }

    [Fact]
    public void DrawsTheSameInTheBackwardPassAndLeavesTheGeneratorAsItWas()
    {
        using var scope = new TensorScope();
        ReversibleBranch[] branches = [new(Dropped, []), new(Dropped, []), new(Dropped, [])];
        var (first, second) = (Leaf(1), Leaf(2));
        TorchRuntime.ManualSeed(7);
        var (a, h) = new ReversibleSequence(branches).Call(first, second);
        (a * h).Sum().Backward();
        var (gradient, drawn) = (first.Grad!.Clone(), Functional.Rand([3]));

        first.Grad = null;
        TorchRuntime.ManualSeed(7);
        var plainA = first + Dropped(second);
        var plainH = second + Dropped(plainA);
        plainA = plainA + Dropped(plainH);
        (plainA * plainH).Sum().Backward();
        Tensors.AssertClose(first.Grad!, gradient, 1e-12);
        Tensors.AssertSame(Functional.Rand([3]), drawn);
    }

    [Fact]
    public void NoBranchLeavesAGraph()
    {
        using var scope = new TensorScope();
        ReversibleBranch branch = new(input =>
        {
            Assert.False(Autograd.IsRecording);
            return input.Sin();
        }, []);
        var (a, _) = new ReversibleSequence([branch, branch, branch]).Call(Leaf(1), Leaf(2));
        Assert.True(a.RequiresGrad);
    }

    [Fact]
    public void GradientsComeOfOneStreamAlone()
    {
        using var scope = new TensorScope();
        var layers = Enumerable.Range(0, 4).Select(_ => Layer()).ToArray();
        var (first, second) = (Leaf(1), Leaf(2));
        new ReversibleSequence([.. layers.Select(Branch)]).Call(first, second).First.Square().Sum().Backward();
        var (ofFirst, ofSecond, ofLayer) = (first.Grad!.Clone(), second.Grad!.Clone(), layers[0].Weight.Grad!.Clone());
        (first.Grad, second.Grad, layers[0].Weight.Grad) = (null, null, null);

        var plainA = first + Of(layers[0], second);
        var plainH = second + Of(layers[1], plainA);
        (plainA + Of(layers[2], plainH)).Square().Sum().Backward();
        Tensors.AssertClose(first.Grad!, ofFirst, 1e-9);
        Tensors.AssertClose(second.Grad!, ofSecond, 1e-9);
        Tensors.AssertClose(layers[0].Weight.Grad!, ofLayer, 1e-9);
        Assert.True(layers[3].Weight.Grad is null || layers[3].Weight.Grad!.Abs().Max().Item<double>() == 0);
    }

    [Fact]
    public void GradientsOfABranchAreHandedOverBeforeTheOneBeforeItIsUndone()
    {
        using var scope = new TensorScope();
        var layers = Enumerable.Range(0, 6).Select(_ => Layer()).ToArray();
        var given = new List<int>();
        ReversibleBranch Watched(Linear layer) => new(input =>
        {
            if (Autograd.IsRecording)
                given.Add(layers.Count(other => other.Weight.Grad is not null));
            return Of(layer, input);
        }, [.. layer.Parameters()]);
        var (a, h) = new ReversibleSequence([.. layers.Select(Watched)]).Call(Leaf(1), Leaf(2));
        (a * h).Sum().Backward();
        Assert.Equal([0, 1, 2, 3, 4, 5], given);
    }

    /// <summary>Bytes that the C library has given out, which tensors hold: no other test runs beside this one.</summary>
    [SkippableFact]
    public void MemoryGrowsWithDepthByTheGradientsAlone()
    {
        Skip.IfNot(HeapMemory.IsKnown, "the C library does not tell what it has given out");
        // The first step of all leaves buffers of the libraries behind.
        Peak(4, isReversible: true);
        var reversible = Growth(isReversible: true);
        var ordinary = Growth(isReversible: false);
        var gradients = 16 * 4 * (Wide * Wide + Wide);
        Assert.InRange(ordinary, 16 * 4 * 2 * Rows * Wide, 16 * 4 * 5 * Rows * Wide);
        // It can be less than the gradients, where the most of all is held before they are there.
        Assert.InRange(reversible, -ordinary, gradients + ordinary / 50);
    }

    [Fact]
    public void CannotBeDifferentiatedTwice()
    {
        using var scope = new TensorScope();
        var input = Leaf(1);
        var (a, h) = new ReversibleSequence([new ReversibleBranch(x => x.Sin(), [])]).Call(input, Leaf(2));
        var exception = Assert.ThrowsAny<Exception>(() => Autograd.Grad([(a * h).Sum()], [input], createGraph: true));
        Assert.Contains("Reversible blocks keep no graph, so they cannot be differentiated twice.", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Bytes that 16 branches more take. The runtime takes and gives memory of its own meanwhile, so the middle of several tries counts.</summary>
    private static long Growth(bool isReversible) =>
        Enumerable.Range(0, 7).Select(_ => Peak(20, isReversible) - Peak(4, isReversible)).Order().ElementAt(3);

    /// <summary>The most bytes at once of a training step, seen whenever a branch has run, beyond those before it.</summary>
    private static long Peak(int branches, bool isReversible)
    {
        using var scope = new TensorScope();
        var layers = Enumerable.Range(0, branches).Select(_ => new Linear(Wide, Wide)).ToArray();
        var (first, second) = (Functional.Randn([Rows, Wide]), Functional.Randn([Rows, Wide]));
        var (before, most) = (HeapMemory.Used, 0L);
        Tensor Seen(Linear layer, Tensor input)
        {
            var output = Of(layer, input);
            most = Math.Max(most, HeapMemory.Used - before);
            return output;
        }

        if (isReversible)
        {
            var (a, h) = new ReversibleSequence([.. layers.Select(layer => new ReversibleBranch(input => Seen(layer, input), [.. layer.Parameters()]))])
                .Call(first, second);
            (a + h).Sum().Backward();
            return most;
        }

        foreach (var pair in layers.Chunk(2))
        {
            first += Seen(pair[0], second);
            second += Seen(pair[1], first);
        }

        (first + second).Sum().Backward();
        return most;
    }

    private static Tensor[] Gradients(Tensor first, Tensor second, IEnumerable<Linear> layers) =>
        [first.Grad!.Clone(), second.Grad!.Clone(), .. layers.SelectMany(layer => layer.Parameters()).Select(parameter => parameter.Grad!.Clone())];

    private static Tensor Dropped(Tensor input) => Functional.Dropout(input.Sin(), 0.5, true);

    private static Linear Layer()
    {
        var layer = new Linear(4, 4);
        layer.To(DType.Float64);
        return layer;
    }

    private static Tensor Leaf(int seed)
    {
        var leaf = Tensors.Normal64(seed, 3, 4);
        leaf.RequiresGrad = true;
        return leaf;
    }

    private static Tensor Of(Linear layer, Tensor input) => layer.Call(input).Tanh();

    private static ReversibleBranch Branch(Linear layer) => new(input => Of(layer, input), [.. layer.Parameters()]);
}
