using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Tests.Normalization;

public sealed class PowerNormTests
{
    [Fact]
    public void WhileWarmingUpTheBatchIsNormalisedByItself()
    {
        using var scope = new TensorScope();
        var norm = new PowerNorm(3, new PowerNormOptions { WarmupSteps = 5 });
        var output = norm.Call(Tensors.Normal(1, 50, 3) * 7);
        Assert.All(output.Square().Mean([0]).Numbers(), square => Assert.Equal(1, square, 1e-3));
    }

    [Fact]
    public void PaddingDoesNotCountAmongTheSquares()
    {
        using var scope = new TensorScope();
        var (tokens, noise) = (Tensors.Normal(1, 1, 6, 4), Tensors.Normal(2, 1, 6, 4) * 9);
        var real = Functional.Ones([1, 6], DType.Bool);
        real[0, 4..] = Tensor.From(false);
        Tensor After(Tensor input)
        {
            var norm = new PowerNorm(4, new PowerNormOptions { WarmupSteps = 1 });
            norm.Call(input, real);
            return norm.RunningSquares;
        }

        Tensors.AssertClose(After(tokens), After(Functional.Cat([tokens[.., ..4], noise[.., 4..]], 1)), 1e-6);
    }

    [Fact]
    public void TheRunningSquaresAreWhatEvaluationUses()
    {
        using var scope = new TensorScope();
        var norm = new PowerNorm(4, new PowerNormOptions { WarmupSteps = 0, ForwardDecay = 0 });
        norm.Call(Tensors.Normal(1, 40, 4));
        norm.Eval();
        var tokens = Tensors.Normal(1, 40, 4);
        Assert.All(norm.Call(tokens).Square().Mean([0]).Numbers(), square => Assert.Equal(1, square, 1e-3));
        Assert.Equal(1, norm.Steps.Item<double>());
    }

    [Fact]
    public void GroupsDivideTheWidth() => Assert.Equal(
        "The width must be a multiple of the groups of PowerNorm, found width 6 and 4 groups.",
        Assert.Throws<UserException>(() => new PowerNorm(6, new PowerNormOptions { Groups = 4 })).Message);
}
