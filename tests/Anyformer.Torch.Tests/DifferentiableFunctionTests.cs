using Anyformer.Testing;
using Anyformer.Torch.Tests.Functions;

namespace Anyformer.Torch.Tests;

public sealed class DifferentiableFunctionTests
{
    private static readonly Tensor X = Tensor.From([0.5, -1.25, 2.0]);
    private static readonly Tensor Y = Tensor.From([1.5, 0.75, -0.25]);

    [Fact]
    public void GradientsAgreeWithDifferences()
    {
        GradientCheck.Assert(x => new Product().Apply(x)[0], X, Y);
        GradientCheck.Assert(x => new SavedOutputExp().Apply(x)[0], X);
    }

    [Fact]
    public void TwoOutputsOrEitherAlone()
    {
        GradientCheck.Assert(x => Functional.Stack(new PolarCoordinates().Apply(x)), X, Y);
        GradientCheck.Assert(x => new PolarCoordinates().Apply(x)[0], X, Y);
        GradientCheck.Assert(x => new PolarCoordinates().Apply(x)[1], X, Y);
    }

    [Fact]
    public void TheGraphGoesOnBeforeAndBehind() =>
        GradientCheck.Assert(x => new SavedOutputExp().Apply(new Product().Apply(x[0].Sin(), x[1]))[0].Square(), X, Y);

    [Fact]
    public void TheSameInputTwiceGetsBothGradients() => GradientCheck.Assert(x => new Product().Apply(x[0], x[0])[0], X);

    [Fact]
    public void ABackwardPassOfDifferentiableOperatorsIsDifferentiatedAgain()
    {
        GradientCheck.Assert(x => Autograd.Grad([new Product().Apply(x[0] * x[0], x[1])[0].Sum()], [x[0]], createGraph: true)[0]!, X, Y);
        GradientCheck.Assert(x => Autograd.Grad([new SavedOutputExp().Apply(x)[0].Sum()], [x[0]], createGraph: true)[0]!, X);
    }

    [Fact]
    public void AnInputMayHaveNoGradient()
    {
        var x = Leaf(X);
        var grid = Leaf(Tensor.From([0.5]));

        var gradients = Autograd.Grad([new Rounding().Apply(x, grid)[0].Sum()], [x, grid], allowUnused: true);

        Assert.Equal([1.0, 1.0, 1.0], gradients[0]!.ToArray<double>());
        Assert.Null(gradients[1]);
    }

    [Fact]
    public void BackwardKnowsWhichGradientsAreWanted()
    {
        var function = new Product();
        var x = Leaf(X);

        function.Apply(x, Y)[0].Sum().Backward();

        Assert.Equal([true, false], function.Needed);
        Assert.Equal(Y.ToArray<double>(), x.Grad!.ToArray<double>());
    }

    [Fact]
    public void GradAsksForTheGivenInputsOnly()
    {
        var function = new Product();
        var (x, y) = (Leaf(X), Leaf(Y));

        Autograd.Grad([function.Apply(x, y)[0].Sum()], [y]);

        Assert.Equal([false, true], function.Needed);
    }

    [Fact]
    public void NothingIsRecordedThatNobodyWants()
    {
        Assert.False(new Product().Apply(X, Y)[0].RequiresGrad);
        using (Autograd.NoGrad())
            Assert.False(new Product().Apply(Leaf(X), Y)[0].RequiresGrad);
        var output = new Product().Apply(Leaf(X), Y)[0];
        Assert.True(output.RequiresGrad);
        Assert.Equal("ManagedBackward", output.GradFunction);
    }

    [Fact]
    public void AnOutputMayBeAnInput()
    {
        var x = Leaf(X);

        var output = new Through().Apply(x)[0];
        (output * 2).Sum().Backward();

        Assert.NotSame(x, output);
        Assert.True(x.IsLeaf);
        Assert.Equal([20.0, 20.0, 20.0], x.Grad!.ToArray<double>());
    }

    [Fact]
    public void OutputsBelongToTheCallersScope()
    {
        Tensor output;
        using (new TensorScope())
        {
            output = new Product().Apply(Leaf(X), Y)[0];
            Assert.Equal(3, output.ElementCount);
        }

        Assert.Throws<ObjectDisposedException>(() => output.Shape);
    }

    [Fact]
    public void ASavedTensorThatChangedIsNoticed()
    {
        var inner = Leaf(X) * 1;
        var output = new Product().Apply(inner, Leaf(Y))[0];
        inner.AddInPlace(1);
        Assert.Contains("modified by an inplace operation", Assert.Throws<TorchException>(() => output.Sum().Backward()).Message);

        var exp = new SavedOutputExp().Apply(Leaf(X))[0];
        exp.AddInPlace(1);
        Assert.Contains("modified by an inplace operation", Assert.Throws<TorchException>(() => exp.Sum().Backward()).Message);
    }

    [Fact]
    public void ASecondPassNeedsARetainedGraph()
    {
        var x = Leaf(X);
        var output = new SavedOutputExp().Apply(x)[0];

        output.Backward(X.OnesLike(), retainGraph: true);
        output.Backward(X.OnesLike());

        Assert.Equal(X.Exp().Mul(2).ToArray<double>(), x.Grad!.ToArray<double>());
        var message = Assert.Throws<TorchException>(() => output.Backward(X.OnesLike())).Message;
        Assert.Contains("Trying to backward through the graph a second time", message);
    }

    [Fact]
    public void AnExceptionInBackwardReachesTheCaller()
    {
        var output = new Failing(() => throw new InvalidOperationException("no gradient today: \u00e4\u20ac")).Apply(Leaf(X))[0].Sum();

        var message = Assert.Throws<TorchException>(() => output.Backward()).Message;

        Assert.Equal("InvalidOperationException: no gradient today: \u00e4\u20ac", message);
        Assert.True(Autograd.IsRecording);
    }

    [Fact]
    public void AnErrorOfLibtorchInBackwardIsToldInFull()
    {
        var output = new Failing(() => [X.Reshape([7])]).Apply(Leaf(X))[0].Sum();

        var message = Assert.Throws<TorchException>(() => output.Backward()).Message;

        Assert.StartsWith("TorchException: aten::reshape(float64[3], [7]): shape '[7]' is invalid", message);
    }

    [Fact]
    public void WrongGradientsAreRefused()
    {
        var tooMany = new Failing(() => [X, X]).Apply(Leaf(X))[0].Sum();
        var wrongShape = new Failing(() => [Tensor.From([1.0, 2.0])]).Apply(Leaf(X))[0].Sum();

        Assert.Equal(
            "InvalidOperationException: Failing.Backward returned 2 gradients for 1 inputs.",
            Assert.Throws<TorchException>(() => tooMany.Backward()).Message);
        Assert.Contains("returned an invalid gradient at index 0", Assert.Throws<TorchException>(() => wrongShape.Backward()).Message);
    }

    [Fact]
    public void OutputsOfWholeNumbersTakeNoPart()
    {
        var x = Leaf(X);

        var outputs = new Sorting().Apply(x);
        outputs[0].Backward(Tensor.From([1.0, 2.0, 3.0]));

        Assert.False(outputs[1].RequiresGrad);
        Assert.Equal([1L, 0L, 2L], outputs[1].ToArray<long>());
        Assert.Equal([2.0, 1.0, 3.0], x.Grad!.ToArray<double>());
    }

    private static Tensor Leaf(Tensor values)
    {
        var leaf = values.Clone();
        leaf.RequiresGrad = true;
        return leaf;
    }

    /// <summary>Its input itself, with ten times the gradient.</summary>
    private sealed class Through : DifferentiableFunction
    {
        protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs) => [inputs[0]];

        protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients) => [gradients[0]! * 10];
    }

    /// <summary>Sorted values and their positions, which are saved.</summary>
    private sealed class Sorting : DifferentiableFunction
    {
        protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
        {
            var (values, indices) = inputs[0].Sort();
            SaveForBackward(indices);
            return [values, indices];
        }

        protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients) =>
            [gradients[0]!.ZerosLike().ScatterInPlace(0, Saved(0), gradients[0]!)];
    }
}
