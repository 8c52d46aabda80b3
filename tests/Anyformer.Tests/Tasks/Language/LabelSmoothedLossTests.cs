using Anyformer.Tasks.Language;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Tasks.Language;

public sealed class LabelSmoothedLossTests
{
    [Fact]
    public void ItIsTheDivergenceFromTheSmoothedTargets() => Property.Holds(
        Gen.Choose(3, 9).Zip(Gen.Elements(0, 0.1, 0.5)).Zip(Gen.Choose(0, 2).Zip(Gen.Choose(0, 1000))), drawn =>
        {
            using var scope = new TensorScope();
            var ((vocabulary, smoothing), (padding, seed)) = drawn;
            var scores = Tensors.Normal64(seed, 2, 3, vocabulary);
            var targets = Tensor.From<long>([.. Enumerable.Range(0, 6).Select(i => (long)((i + seed) % vocabulary))]).View([2, 3]);
            var loss = new LabelSmoothedLoss(smoothing, padding);
            var expected = 0.0;
            var logs = scores.LogSoftmax(-1).Numbers();
            var wanted = targets.ToArray<long>();
            var distributions = loss.Distributions(targets, vocabulary).Numbers();
            for (var row = 0; row < 6; row++)
                for (var token = 0; token < vocabulary; token++)
                {
                    var probability = wanted[row] == padding || token == padding ? 0
                        : token == wanted[row] ? 1 - smoothing : smoothing / (vocabulary - 2);
                    Assert.Equal(probability, distributions[row * vocabulary + token], 6);
                    expected += probability == 0 ? 0 : probability * (Math.Log(probability) - logs[row * vocabulary + token]);
                }

            Assert.Equal(expected, loss.Sum(scores, targets).Item<double>(), 9);
            var real = wanted.Count(target => target != padding);
            Assert.Equal(expected / Math.Max(1, real), loss.Call(scores, targets).Item<double>(), 9);
        }, runs: 50);

    [Fact]
    public void WithoutSmoothingItIsTheCrossEntropyOfWhatIsNoPadding()
    {
        using var scope = new TensorScope();
        var (scores, targets) = (Tensors.Normal64(1, 4, 5), Tensor.From<long>([1, 4, 0, 2]));
        Tensors.AssertClose(scores.CrossEntropyLoss(targets, ignoreIndex: 0), new LabelSmoothedLoss(0, 0).Call(scores, targets), 1e-12);
    }

    [Fact]
    public void ItsGradientIsItsSlope()
    {
        using var scope = new TensorScope();
        var scores = Tensors.Normal64(2, 3, 6);
        scores.RequiresGrad = true;
        FiniteDifferences.AssertGradients([scores], () => new LabelSmoothedLoss(0.1, 0).Call(scores, Tensor.From<long>([3, 0, 1])));
    }

    [Fact]
    public void AShareThatIsNoneIsRefused() => Assert.Equal("Label smoothing gives away a share from 0 and less than 1, found 1.5.",
        Assert.Throws<UserException>(() => new LabelSmoothedLoss(1.5, 0)).Message);
}
