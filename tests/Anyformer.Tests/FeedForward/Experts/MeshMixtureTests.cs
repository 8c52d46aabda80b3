using Anyformer.FeedForward.Experts;
using Anyformer.Modules;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.FeedForward.Experts;

public sealed class MeshMixtureTests
{
    [Fact]
    public void SecondChoicesComeAfterTheFirstOnesThatWereKept() => Property.Holds(
        from tokens in Gen.Choose(1, 14)
        from experts in Gen.Choose(2, 4)
        from policy in Gen.Elements(SecondExpertPolicy.All, SecondExpertPolicy.None, SecondExpertPolicy.Threshold, SecondExpertPolicy.Random)
        from seed in Gen.Choose(0, 1 << 20)
        select (tokens, experts, policy, seed),
        drawn =>
        {
            var (tokens, experts, policy, seed) = drawn;
            var mixture = new MeshMixture(
                MixtureRun.Shape, new() { Experts = experts, EvaluationPolicy = policy, EvaluationThreshold = 0.3, EvaluationCapacityFactor = 1 });
            mixture.Eval();
            using var draws = new RandomDraws(Functional.Full([2, tokens], 0.8, DType.Float64));
            var run = MixtureRun.Of(mixture, seed, 2, tokens);
            Assert.Equal(policy == SecondExpertPolicy.Random ? 0 : 1, draws.Remaining);
            var capacity = Math.Max(4, Math.Min(tokens, tokens / experts));
            var expected = new double[2 * tokens, 2];
            foreach (var sample in new[] { 0, 1 })
            {
                var kept = new int[experts];
                foreach (var choice in new[] { 0, 1 })
                    for (var token = sample * tokens; token < (sample + 1) * tokens; token++)
                        if ((choice == 0 || Meets(Share(token, 1))) && kept[run.Ranking(token)[choice]] < capacity)
                        {
                            kept[run.Ranking(token)[choice]]++;
                            expected[token, choice] = Share(token, choice);
                        }
            }

            run.AssertWeights((token, choice) => expected[token, choice]);

            double Share(int token, int choice) =>
                run.Gates[token][run.Ranking(token)[choice]] / (run.Ranking(token)[..2].Sum(expert => run.Gates[token][expert]) + 1e-9);

            bool Meets(double share) => policy switch
            {
                SecondExpertPolicy.All => true,
                SecondExpertPolicy.None => false,
                SecondExpertPolicy.Threshold => share > 0.3,
                _ => 0.8 < share / 0.3,
            };
        });
}
