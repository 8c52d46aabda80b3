using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks;
using Anyformer.Blocks.AdaptiveComputation;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Tests.Blocks.AdaptiveComputation;

[Collection(DefaultGenerator.Name)]
public sealed class AdaptiveComputationTests
{
    private const int Width = 4;

    [Fact]
    public void HaltingOfOneTokenByHand()
    {
        using var scope = new TensorScope();
        // 0.5 and then 0.3 leave 0.2 to the third step: 1, 2 and 3 interpolated by 0.5, 0.3 and 0.2.
        var given = new[] { 0.5f, 0.3f, 0.4f, 0.9f };
        var halted = new AdaptiveHalting(0.9, 9).Run(Functional.Zeros([1, 1, 1]), (_, step) =>
            (Tensor.From(new[] { given[step] }, 1, 1), Tensor.From(new[] { step + 1f }, 1, 1, 1)));
        Tensors.AssertClose([(0.5 * 0.7 + 2 * 0.3) * 0.8 + 3 * 0.2], halted.Output);
        Tensors.AssertClose([0.2], halted.Remainders);
        Tensors.AssertClose([3], halted.Updates);
        Tensors.AssertClose([3.2], halted.Ponder);
    }

    [Fact]
    public void WithoutAThresholdEveryTokenTakesAllSteps()
    {
        using var scope = new TensorScope();
        var encoder = new UniversalEncoder(new UniversalEncoderOptions { Width = Width, Heads = 2, TransitionWidth = 6, Steps = 3 });
        var halted = encoder.Call(Tensors.Normal(1, 2, 5, Width));
        Assert.All(halted.Updates.Numbers(), updates => Assert.Equal(3, updates));
        Assert.Equal([2L, 5, Width], halted.Output.Shape);
    }

    [Fact]
    public void TheUniversalTransformerHasOneBlockForAnyNumberOfSteps()
    {
        UniversalEncoderOptions options = new() { Width = 512, TransitionWidth = 2048 };
        var one = new UniversalEncoder(options with { Steps = 1 }).ParameterCount();
        Assert.Equal(one, new UniversalEncoder(options with { Steps = 6 }).ParameterCount());
        Assert.Equal((512 * 512) + 4 * 512 * 512 + 2 * 3 * 512 * 2048 + 2048 + 512 + 4 * 512, one);
    }

    [Fact]
    public void ACausalUniversalTransformerDoesNotSeeTheFuture()
    {
        using var scope = new TensorScope();
        var encoder = new UniversalEncoder(new UniversalEncoderOptions { Width = Width, Heads = 2, TransitionWidth = 6, Steps = 2 });
        var input = Tensors.Normal(1, 1, 6, Width);
        input.RequiresGrad = true;
        encoder.Call(input, AttentionMask.Causal).Output[.., 2].Square().Sum().Backward();
        Assert.All(input.Grad![.., 3..].Numbers(), gradient => Assert.Equal(0, gradient));
    }

    [Fact]
    public void HaltingAddsItsPonderingToTheLoss()
    {
        using var scope = new TensorScope();
        var encoder = new UniversalEncoder(new UniversalEncoderOptions { Width = Width, Heads = 2, TransitionWidth = 6, Steps = 4, HaltingThreshold = 0.9, PonderWeight = 0.5 });
        using var auxiliary = new AuxiliaryLoss();
        var halted = encoder.Call(Tensors.Normal(1, 2, 5, Width));
        Tensors.AssertClose(halted.Ponder * 0.5, Assert.Single(auxiliary.Terms));
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        TorchRuntime.ManualSeed(1);
        var encoder = new UniversalEncoder(new UniversalEncoderOptions { Width = Width, Heads = 2, TransitionWidth = 6, Steps = 3, HaltingThreshold = 0.9 });
        encoder.To(DType.Float64);
        var input = Tensors.Normal64(1, 1, 3, Width);
        input.RequiresGrad = true;
        FiniteDifferences.AssertGradients([input, .. encoder.Parameters()], () =>
        {
            var halted = encoder.Call(input);
            return (halted.Output * Tensors.Normal64(2, 1, 3, Width)).Sum() + halted.Ponder;
        }, 1e-5);
    }

    [Fact]
    public void LayersDropAsDrawnAndOnlyInTraining()
    {
        using var scope = new TensorScope();
        var blocks = Blocks(3);
        var encoder = new LayerDropEncoder(blocks, 0.5);
        var input = Tensors.Normal(1, 2, 5, Width);
        using (new RandomDraws(Tensor.From(new[] { 0.9f, 0.5f, 0.6f }, 3)))
            Tensors.AssertSame(blocks[2].Call(blocks[0].Call(input)), encoder.Call(input));
        encoder.Eval();
        Tensors.AssertSame(blocks[2].Call(blocks[1].Call(blocks[0].Call(input))), encoder.Call(input));
        Tensors.AssertSame(blocks[1].Call(input), encoder.Pruned(0.5).Call(input));
    }

    [Fact]
    public void SamplesLeaveWhereTheRuleSaysSo()
    {
        using var scope = new TensorScope();
        var encoder = new EarlyExitEncoder(Blocks(4), Width, 3);
        encoder.Eval();
        var input = Tensors.Normal(1, 6, 5, Width);
        var all = encoder.Call(input);
        var entropies = EntropyRule.Entropy(all).Numbers();
        foreach (ExitRule rule in new ExitRule[] { new EntropyRule(entropies.Order().ElementAt(8)), new PatienceRule(1), new PatienceRule(9), new EntropyRule(0) })
        {
            var (logits, exits) = encoder.Predict(input, rule);
            Tensors.AssertSame(rule.ExitsOf(all), exits);
            var used = exits.ToArray<long>();
            for (var sample = 0; sample < used.Length; sample++)
                Tensors.AssertClose(all[used[sample], sample], logits[sample]);
        }
    }

    [Fact]
    public void PatienceCountsAgreementInARow()
    {
        using var scope = new TensorScope();
        Tensor Says(params int[] classes) => Functional.Stack([.. classes.Select(c => Tensor.From(new[] { c == 0 ? 1f : 0, c == 1 ? 1f : 0 }, 1, 2))]);
        Tensors.AssertClose([2], new PatienceRule(2).ExitsOf(Says(0, 0, 0, 1)));
        Tensors.AssertClose([4], new PatienceRule(2).ExitsOf(Says(0, 0, 1, 1, 1, 1)));
        Tensors.AssertClose([3], new PatienceRule(2).ExitsOf(Says(0, 1, 0, 1)));
    }

    [Fact]
    public void LaterClassifiersWeighMore()
    {
        using var scope = new TensorScope();
        var (logits, classes) = (Tensors.Normal(1, 2, 3, 4), Tensor.From<long>([0, 1, 2], 3));
        Tensors.AssertClose((logits[0].CrossEntropyLoss(classes) + logits[1].CrossEntropyLoss(classes) * 2) * (1 / 3.0), EarlyExitEncoder.Loss(logits, classes));
    }

    [Fact]
    public void ErrorsNameWhatIsWrong()
    {
        Assert.Equal("Halting needs a threshold from 0 to 1 and 1 step or more, found 0.9 and 0.", Assert.Throws<UserException>(() => new AdaptiveHalting(0.9, 0)).Message);
        Assert.Equal("LayerDrop needs a probability between 0 and 1, found 2.", Assert.Throws<UserException>(() => new LayerDropEncoder([], 2)).Message);
        Assert.Equal("The rate of pruning must be above 0 and at most 1, found 0.", Assert.Throws<UserException>(() => new LayerDropEncoder([], 0.1).Pruned(0)).Message);
    }

    private static EncoderBlock[] Blocks(int count) => [.. Enumerable.Range(0, count).Select(_ => new EncoderBlock(
        new MultiHeadAttention(Width, 2, new SoftmaxAttention()), new PreNorm(new LayerNorm(Width)),
        new PositionwiseFeedForward(Width, 8, Activations.Named("gelu")), new PreNorm(new LayerNorm(Width))))];
}
