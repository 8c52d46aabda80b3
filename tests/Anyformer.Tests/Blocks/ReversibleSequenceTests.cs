using Anyformer.Blocks;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Blocks;

[Collection(DefaultGenerator.Name)]
public sealed class ReversibleSequenceTests
{
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
    public void CannotBeDifferentiatedTwice()
    {
        using var scope = new TensorScope();
        var input = Leaf(1);
        var (a, h) = new ReversibleSequence([new ReversibleBranch(x => x.Sin(), [])]).Call(input, Leaf(2));
        var exception = Assert.ThrowsAny<Exception>(() => Autograd.Grad([(a * h).Sum()], [input], createGraph: true));
        Assert.Contains("Reversible blocks keep no graph, so they cannot be differentiated twice.", exception.Message, StringComparison.Ordinal);
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
