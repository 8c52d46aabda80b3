using Anyformer.FeedForward.Experts;
using Anyformer.Modules;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.FeedForward.Experts;

public sealed class SwitchFeedForwardTests
{
    [Fact]
    public void EverySampleFillsItsPlacesInTheOrderOfTokens() => Property.Holds(
        from tokens in Gen.Choose(1, 12)
        from experts in Gen.Choose(1, 5)
        from factor in Gen.Elements(0.3, 1, 1.7)
        from seed in Gen.Choose(0, 1 << 20)
        select (tokens, experts, factor, seed),
        drawn =>
        {
            var (tokens, experts, factor, seed) = drawn;
            var mixture = new SwitchFeedForward(
                MixtureRun.Shape, new() { Experts = experts, EvaluationCapacityFactor = factor, LoadLossWeight = 1, RouterLossWeight = 1 });
            mixture.Eval();
            var run = MixtureRun.Of(mixture, seed, 2, tokens);
            var expected = Enumerable.Range(0, 2).SelectMany(Sample).ToArray();
            run.AssertWeights((token, _) => expected[token]);
            Assert.Equal(LoadLoss(), run.Losses[0], 1e-9);

            IEnumerable<double> Sample(int sample)
            {
                var take = MixtureRun.Places(experts, (int)Math.Ceiling(tokens * factor / experts));
                for (var token = sample * tokens; token < (sample + 1) * tokens; token++)
                    yield return take(run.Ranking(token)[0]) ? run.Gates[token].Max() : 0;
            }

            double LoadLoss() => Enumerable.Range(0, 2).Average(sample =>
            {
                var own = Enumerable.Range(sample * tokens, tokens).ToArray();
                return experts * Enumerable.Range(0, experts).Sum(expert =>
                    own.Average(token => run.Ranking(token)[0] == expert ? 1.0 : 0) * own.Average(token => run.Gates[token][expert]));
            });
        });

    [Fact]
    public void EvenLoadsCostOneAndEvenScoresTheSquaredLogarithm()
    {
        using var scope = new TensorScope();
        var gates = Functional.Full([2, 6, 3], 1 / 3.0);
        Assert.Equal(1, ExpertBalance.LoadLoss(gates, Tensor.From<long>([2, 2, 2, 1, 2, 3], 2, 3)).Item<double>(), 1e-6);
        Assert.Equal(Math.Pow(Math.Log(3), 2), ExpertBalance.RouterLoss(Functional.Zeros([2, 6, 3])).Item<double>(), 1e-6);
    }

    [Fact]
    public void NoiseIsForTheRouterWhileTraining()
    {
        using var scope = new TensorScope();
        var mixture = new SwitchFeedForward(MixtureRun.Shape, new() { Experts = 1, Jitter = 0.5 });
        var input = Tensors.Normal(1, 2, 4, 3);
        var noise = Functional.Ones([2, 4, 3]);
        using (var draws = new RandomDraws(noise))
        {
            // With one expert the gate is 1 whatever the router sees, and the expert sees tokens without noise.
            var trained = mixture.Call(input);
            Assert.Equal(0, draws.Remaining);
            mixture.Eval();
            Tensors.AssertClose(mixture.Call(input), trained);
        }
    }

    [Fact]
    public void ParametersAreThoseOfExpertsAndRouter()
    {
        var mixture = new SwitchFeedForward(new(8, 32), SwitchFeedForwardOptions.Presets["switch-base"]);
        Assert.Equal(128 * (2 * 8 * 32) + 128 * 8, mixture.ParameterCount());
    }
}
