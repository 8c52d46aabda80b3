using Anyformer.Models.Language;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language;

public sealed class LongShortLanguageModelTests
{
    private static readonly LongShortLanguageModelOptions s_options = new()
    {
        Width = 8,
        FeedForwardWidth = 12,
        Heads = 2,
        Layers = 2,
        MemoryLength = 8,
        ChunkSize = 2,
        ChunkRank = 1,
        Window = 3,
    };

    [Theory]
    [InlineData(12)]
    [InlineData(7)]
    [InlineData(1)]
    public void NoTokenDependsOnLaterOnes(int tokens)
    {
        using var scope = new TensorScope();
        var model = Model(s_options);
        var (ids, memory) = (Ids(1, 2, tokens), new[] { Tensors.Normal64(2, 2, 8, 8), Tensors.Normal64(3, 2, 8, 8) });
        var (whole, _) = model.Call(ids, memory);
        Assert.Equal([2L, tokens, 20], whole.Shape);
        Tensors.AssertClose(Functional.Ones([2, tokens], DType.Float64), whole.Exp().Sum([-1]), 1e-9);
        for (var seen = 1; seen < tokens; seen += 3)
        {
            var changed = Functional.Cat([ids[.., ..seen], 19 - ids[.., seen..]], 1);
            Tensors.AssertClose(whole[.., ..seen], model.Call(changed, memory).LogProbabilities[.., ..seen], 1e-9);
        }
    }

    [Fact]
    public void ATokenSeesTheWindowAndAllChunksThatHaveEnded()
    {
        using var scope = new TensorScope();
        var model = Model(s_options with { Layers = 1 });
        var memory = Tensors.Normal64(2, 1, 8, 8);
        var ids = Ids(1, 1, 12);
        Tensor Of(Tensor given, Tensor remembered) => model.Call(given, [remembered]).LogProbabilities;
        var whole = Of(ids, memory);
        // Token 7 is in chunk 3, which begins at 6; its window is 5 to 7. Of every earlier token it sees something.
        for (var place = 0; place < 7; place++)
        {
            var changed = ids.Clone();
            changed[0, place] = (19 - ids[0, place]).To(DType.Int64);
            Assert.NotEqual(whole[0, 7].Numbers(), Of(changed, memory)[0, 7].Numbers());
        }

        // And of what is remembered, to the first.
        var other = memory.Clone();
        other[0, 0] = memory[0, 0] * 2 + 1;
        Assert.NotEqual(whole[0, 11].Numbers(), Of(ids, other)[0, 11].Numbers());
    }

    [Theory]
    [InlineData(12, 8)]
    [InlineData(4, 8)]
    public void TheLastStatesAreRemembered(int tokens, int length)
    {
        using var scope = new TensorScope();
        var model = Model(s_options);
        var memory = new[] { Tensors.Normal64(2, 2, 8, 8), Tensors.Normal64(3, 2, 8, 8) };
        var ids = Ids(1, 2, tokens);
        var (_, next) = model.Call(ids, memory);
        Assert.All(next, states => Assert.Equal([2L, length, 8], states.Shape));
        // The first layer's states are the embeddings, and beyond the segment what was remembered before.
        var embedded = Functional.Embedding(model.StateDict()["embedding.weight"], ids) * Math.Sqrt(8);
        Tensors.AssertClose(Functional.Cat([memory[0], embedded], 1)[.., ^length..], next[0], 1e-9);
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var model = Model(s_options with { Bias = true, NormFirst = false });
        var (ids, probe) = (Ids(1, 1, 6), Tensors.Normal64(2, 1, 6, 20));
        FiniteDifferences.AssertGradients(model.Parameters(), () => (model.Call(ids).LogProbabilities * probe).Sum(), 1e-6);
    }

    [Fact]
    public void SizesThatDoNotFitAreRefused()
    {
        string Refusal(LongShortLanguageModelOptions options) => Assert.Throws<UserException>(() => new LongShortLanguageModel(20, options)).Message;
        Assert.Equal("The memory must be a multiple of the chunk size 2 and at least the window 3, found 7.", Refusal(s_options with { MemoryLength = 7 }));
        Assert.Equal("The memory must be a multiple of the chunk size 2 and at least the window 3, found 2.", Refusal(s_options with { MemoryLength = 2 }));
        Assert.Equal("The width of the model must be even, for sines and cosines of distances, found 9.", Refusal(s_options with { Width = 9 }));
    }

    private static Tensor Ids(int seed, long batch, long tokens) => (Tensors.Normal64(seed, batch, tokens).Sigmoid() * 20).Floor().To(DType.Int64);

    private static LongShortLanguageModel Model(LongShortLanguageModelOptions options)
    {
        var model = new LongShortLanguageModel(20, options);
        model.To(DType.Float64);
        model.Eval();
        return model;
    }
}
