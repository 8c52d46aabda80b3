using Anyformer.FeedForward.Experts;
using Anyformer.Modules;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.FeedForward.Experts;

public sealed class Top2MixtureTests
{
    [Fact]
    public void FirstChoicesOfTheWholeBatchFillPlacesBeforeSecondOnes() => Property.Holds(
        from tokens in Gen.Choose(1, 8)
        from experts in Gen.Choose(2, 5)
        from capacity in Gen.Elements(0, 0.2, 0.5)
        from options in Gen.Elements((false, false), (true, false), (false, true), (true, true))
        from seed in Gen.Choose(0, 1 << 20)
        select (tokens, experts, capacity, options, seed),
        drawn =>
        {
            var (tokens, experts, fraction, (normalizeFirst, prioritized), seed) = drawn;
            var mixture = new Top2Mixture(MixtureRun.Shape, new()
            {
                Experts = experts,
                EvaluationCapacity = fraction,
                NormalizeFirst = normalizeFirst,
                BatchPrioritized = prioritized,
            });
            mixture.Eval();
            var random = new Random(seed);
            bool[] real = [.. Enumerable.Range(0, 2 * tokens).Select(_ => random.Next(5) > 0)];
            var run = MixtureRun.Of(mixture, seed, 2, tokens, real);
            var capacity = fraction > 0 ? Math.Ceiling(fraction * 2 * tokens) : 2 * Math.Ceiling(2.0 * tokens / experts);
            var take = MixtureRun.Places(experts, (int)capacity);
            var turns = Enumerable.Range(0, 2 * tokens).OrderByDescending(token => prioritized ? run.Gates[token].Max() : 0).ToArray();
            var expected = new double[2 * tokens, 2];
            foreach (var choice in new[] { 0, 1 })
                foreach (var token in turns.Where(token => real[token]))
                    if (take(run.Ranking(token)[choice]))
                        expected[token, choice] = run.Gates[token][run.Ranking(token)[choice]];
            run.AssertWeights((token, choice) => expected[token, choice] / Math.Max(1e-12, normalizeFirst
                ? run.Ranking(token)[..2].Sum(expert => run.Gates[token][expert])
                : expected[token, 0] + expected[token, 1]));
        });

    [Fact]
    public void SecondExpertsMayBeLeftToChance()
    {
        var gate = new Top2Mixture(MixtureRun.Shape, new() { Experts = 4, Second = SecondExpert.Random, EvaluationCapacity = 1 });
        gate.Eval();
        using (new RandomDraws(Functional.Zeros([1, 10], DType.Float64)))
            Assert.All(MixtureRun.Of(gate, 1, 2, 5).Weights, weights => Assert.True(weights[1] > 0));
        using (new RandomDraws(Functional.Full([1, 10], 0.9, DType.Float64)))
        {
            var run = MixtureRun.Of(gate, 1, 2, 5);
            run.AssertWeights((token, choice) =>
            {
                var (first, second) = (run.Gates[token][run.Ranking(token)[0]], run.Gates[token][run.Ranking(token)[1]]);
                var meets = 2 * second > 0.9;
                return choice == 0 ? first / (first + (meets ? second : 0)) : meets ? second / (first + second) : 0;
            });
        }
    }

    [Fact]
    public void SecondExpertsMayBeDrawnFromTheOthers()
    {
        var gate = new Top2Mixture(MixtureRun.Shape, new() { Experts = 4, Second = SecondExpert.Sampling, EvaluationCapacity = 1 });
        gate.Eval();
        var uniform = Functional.Full([1, 10, 4], 0.5, DType.Float64);
        uniform[.., .., 2].FillInPlace(1 - 1e-14);
        using var draws = new RandomDraws(uniform);
        var run = MixtureRun.Of(gate, 1, 2, 5);
        Assert.All(run.Experts, (experts, token) => Assert.Equal(run.Ranking(token)[0] == 2 ? run.Ranking(token)[1] : 2, experts[1]));
    }

    [Fact]
    public void OneGateTakesOneExpert() => Property.Holds(
        from tokens in Gen.Choose(1, 8)
        from experts in Gen.Choose(1, 5)
        from training in Gen.Elements(true, false)
        from seed in Gen.Choose(0, 1 << 20)
        select (tokens, experts, training, seed),
        drawn =>
        {
            var (tokens, experts, training, seed) = drawn;
            var mixture = new Top1Mixture(MixtureRun.Shape, new() { Experts = experts, CapacityFactor = 0.7, EvaluationCapacity = 0.3 });
            mixture.Train(training);
            var run = MixtureRun.Of(mixture, seed, 2, tokens);
            var capacity = training ? (int)(0.7 * Math.Ceiling(2.0 * tokens / experts)) : (int)Math.Ceiling(0.3 * 2 * tokens);
            var take = MixtureRun.Places(experts, capacity);
            double[] expected = [.. Enumerable.Range(0, 2 * tokens).Select(token => take(run.Ranking(token)[0]) ? run.Gates[token].Max() : 0)];
            run.AssertWeights((token, _) => expected[token]);
        });
}
