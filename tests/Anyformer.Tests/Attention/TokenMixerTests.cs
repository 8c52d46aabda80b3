using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Recipes;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Tests.Attention;

/// <summary>
/// What holds for every mechanism of the catalog that mixes tokens, in the same small encoder and decoder: it trains, and it keeps what the
/// catalog claims of it. A leak that the catalog admits must be there, so that no admission outlives its reason.
/// </summary>
[Collection(DefaultGenerator.Name)]
public sealed class TokenMixerTests
{
    private const int Tokens = 29, Width = 16, Heads = 2;

    public static TheoryData<string> All => Where(_ => true);

    public static TheoryData<string> Causal => Where(claims => claims.Causal);

    public static TheoryData<string> NotCausal => Where(claims => !claims.Causal);

    public static TheoryData<string> Padded => Where(claims => claims.Padding);

    public static TheoryData<string> NotPadded => Where(claims => !claims.Padding);

    [Theory]
    [MemberData(nameof(All))]
    public void ItTrainsInAnEncoder(string id) => AssertTrains(id, mask: null);

    [Theory]
    [MemberData(nameof(Causal))]
    public void ItTrainsInADecoder(string id) => AssertTrains(id, AttentionMask.Causal);

    [Theory]
    [MemberData(nameof(NotCausal))]
    public void ACausalMaskIsRefusedWhereThereIsNoCausalForm(string id) => AssertRefused(id, AttentionMask.Causal);

    [Theory]
    [MemberData(nameof(NotPadded))]
    public void PaddingIsRefusedWhereItCannotBeObeyed(string id) => AssertRefused(id, AttentionMask.OfTokens(Functional.Ones([2, Tokens], DType.Bool)));

    [Theory]
    [MemberData(nameof(All))]
    public void ItMixesAnyNumberOfTokens(string id)
    {
        foreach (var tokens in new[] { 1, 2, 3, 7, 12, 31 })
        {
            using var scope = new TensorScope();
            var mixer = Part<TokenMixer>.Of(id).Build(new TokenMixerShape(tokens, Width, Heads));
            var mixed = mixer.Call(Tensors.Normal(1, 2, tokens, Width));
            Assert.Equal([2L, tokens, Width], mixed.Shape);
            Assert.All(mixed.Numbers(), value => Assert.True(double.IsFinite(value)));
        }
    }

    [Theory]
    [MemberData(nameof(Causal))]
    public void NoGradientReachesTheFuture(string id)
    {
        foreach (var seen in new[] { 0, 5, Tokens - 2 })
        {
            using var scope = new TensorScope();
            var mixer = Mixer(id);
            var input = Tensors.Normal(1, 2, Tokens, Width);
            input.RequiresGrad = true;
            mixer.Call(input, AttentionMask.Causal)[.., seen].Square().Sum().Backward();
            Assert.All(input.Grad![.., (seen + 1)..].Numbers(), gradient => Assert.Equal(0, gradient));
            // Of what is compressed window by window, the first token may have nothing to see yet.
            if (seen > 0)
                Assert.Contains(input.Grad[.., seen].Numbers(), gradient => gradient != 0);
        }
    }

    [Theory]
    [MemberData(nameof(Causal))]
    public void NoTokenDependsOnLaterOnes(string id)
    {
        var change = 0.0;
        foreach (var seen in new[] { 1, 6, Tokens - 1 })
        {
            using var scope = new TensorScope();
            var mixer = Mixer(id);
            var (input, other) = (Tensors.Normal(1, 2, Tokens, Width), Tensors.Normal(2, 2, Tokens, Width) * 3);
            var changed = Functional.Cat([input[.., ..seen], other[.., seen..]], 1);
            change = Math.Max(change, Largest(Mix(mixer, input, AttentionMask.Causal)[.., ..seen] - Mix(mixer, changed, AttentionMask.Causal)[.., ..seen]));
        }

        AssertClaim(id, Leaks.Future, change);
    }

    [Theory]
    [MemberData(nameof(Padded))]
    public void PaddingDoesNotMatter(string id)
    {
        using var scope = new TensorScope();
        var mixer = Mixer(id);
        var real = Functional.Ones([2, Tokens], DType.Bool);
        real[1, 12..] = Tensor.From(false);
        var input = Tensors.Normal(1, 2, Tokens, Width);
        var changed = Functional.Where(real.Unsqueeze(-1), input, Tensors.Normal(2, 2, Tokens, Width) * 3);
        var difference = Mix(mixer, input, AttentionMask.OfTokens(real)) - Mix(mixer, changed, AttentionMask.OfTokens(real));
        AssertClaim(id, Leaks.Padding, Math.Max(Largest(difference[0]), Largest(difference[1, ..12])));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void SamplesDoNotSeeEachOther(string id)
    {
        using var scope = new TensorScope();
        var mixer = Mixer(id);
        // Some do so in training only.
        mixer.Train(Claims(id).Leaks.HasFlag(Leaks.Batch));
        var input = Tensors.Normal(1, 1, Tokens, Width);
        Tensor Beside(int seed) => Mix(mixer, Functional.Cat([input, Tensors.Normal(seed, 1, Tokens, Width) * 3]), mask: null)[0];
        AssertClaim(id, Leaks.Batch, Largest(Beside(2) - Beside(3)));
    }

    private static void AssertTrains(string id, AttentionMask? mask)
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var blocks = ModuleList<EncoderBlock>.Of(2, _ => new EncoderBlock(
            Part<TokenMixer>.Of(id).Build(new TokenMixerShape(Tokens, Width, Heads, 0.05)), new PreNorm(new LayerNorm(Width)),
            new PositionwiseFeedForward(Width, 2 * Width, Activations.Named("gelu")), new PreNorm(new LayerNorm(Width))));
        var (input, target) = (Tensors.Normal(1, 4, Tokens, Width), Tensors.Normal(2, 4, Tokens, Width));
        var optimizer = new Adam(blocks.Parameters(), new AdamOptions { LearningRate = 3e-3 });
        double Step()
        {
            optimizer.ZeroGrad();
            var loss = blocks.Aggregate(input, (tokens, block) => block.Call(tokens, mask)).MseLoss(target);
            loss.Backward();
            optimizer.Step();
            return loss.Item<double>();
        }

        var losses = Enumerable.Range(0, 12).Select(_ => Step()).ToArray();
        Assert.True(losses[^1] < 0.97 * losses[0], $"the loss went from {losses[0]} to {losses[^1]}");
        var untouched = blocks.NamedParameters().Where(item => item.Parameter.Grad is null).Select(item => item.Name);
        Assert.True(!untouched.Any(), $"no gradient reaches {string.Join(", ", untouched)}");
    }

    private static void AssertRefused(string id, AttentionMask mask)
    {
        using var scope = new TensorScope();
        Assert.Throws<UserException>(() => Mixer(id).Call(Tensors.Normal(1, 2, Tokens, Width), mask));
    }

    private static void AssertClaim(string id, Leaks leak, double change)
    {
        if (!Claims(id).Leaks.HasFlag(leak))
            Assert.True(change <= 2e-5, $"{id} leaks ({leak}): a number changed by {change}");
        else
            Assert.True(change > 1e-7, $"{id} is said to leak ({leak}: {Claims(id).Caveat}) and does not");
    }

    /// <summary>The mixed tokens, with the same draws every time.</summary>
    private static Tensor Mix(TokenMixer mixer, Tensor input, AttentionMask? mask)
    {
        TorchRuntime.ManualSeed(1);
        return mixer.Call(input, mask);
    }

    private static TokenMixer Mixer(string id)
    {
        TorchRuntime.ManualSeed(3);
        var mixer = Part<TokenMixer>.Of(id).Build(new TokenMixerShape(Tokens, Width, Heads));
        mixer.Eval();
        return mixer;
    }

    private static double Largest(Tensor difference) => difference.Numbers().Max(Math.Abs);

    private static ClaimsAttribute Claims(string id) => MethodCatalog.Get<TokenMixer>(id).Claims!;

    private static TheoryData<string> Where(Func<ClaimsAttribute, bool> claims) =>
        [.. MethodCatalog.OfRole<TokenMixer>().Where(entry => claims(entry.Claims!)).Select(entry => entry.Id)];
}
