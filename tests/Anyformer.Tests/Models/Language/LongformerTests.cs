using Anyformer.Models.Language;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language;

[Collection(DefaultGenerator.Name)]
public sealed class LongformerTests
{
    private static readonly LongformerOptions s_tiny = new()
    {
        Vocabulary = 30,
        Width = 8,
        Layers = 2,
        Heads = 2,
        FeedForwardWidth = 12,
        Windows = [2, 4],
        Positions = 40,
    };

    /// <summary>longformer-base-4096 has 148,659,456 numbers: these, with eleven blocks more.</summary>
    [Fact]
    public void HasThePublishedNumberOfParameters() =>
        Assert.Equal(148_659_456 - 11 * 8_859_648, new Longformer(new LongformerOptions { Layers = 1 }).ParameterCount());

    [Fact]
    public void PaddingDoesNotMatter()
    {
        using var scope = new TensorScope();
        var model = Tiny();
        var tokens = Functional.RandInt(2, 30, [2, 23]);
        var (whole, pooled) = model.Call(tokens, isGlobal: (Functional.Arange(23) < 2).Expand([2, 23]));
        var padded = Functional.Cat([tokens, Functional.Full([2, 6], 1, dtype: DType.Int64)], 1);
        var real = padded.Ne(1);
        var (more, morePooled) = model.Call(padded, real, (Functional.Arange(29) < 2).Expand([2, 29]));
        Tensors.AssertClose(whole, more[.., ..23], 1e-5);
        Tensors.AssertClose(pooled, morePooled, 1e-5);
    }

    [Fact]
    public void OnlyGlobalTokensReachFurtherThanTheWindows()
    {
        using var scope = new TensorScope();
        var model = Tiny();
        var tokens = Functional.RandInt(2, 30, [1, 20]);
        var other = tokens.Clone();
        other[0, 19] = tokens[0, 19].Eq(5).To(DType.Int64) + 5;
        bool Reaches(Tensor? isGlobal) =>
            (model.Call(tokens, isGlobal: isGlobal).Pooled - model.Call(other, isGlobal: isGlobal).Pooled).Abs().Max().Item<float>() > 0;
        Assert.False(Reaches(null));
        Assert.True(Reaches((Functional.Arange(20) < 1).Expand([1, 20])));
    }

    [Fact]
    public void MoreTokensThanPositionsAreRefused()
    {
        using var scope = new TensorScope();
        Assert.Equal("This Longformer takes samples of up to 38 tokens, found 39.",
            Assert.Throws<UserException>(() => Tiny().Call(Functional.Full([1, 39], 5, dtype: DType.Int64))).Message);
        Assert.Equal([1L, 38, 8], Tiny().Call(Functional.Full([1, 38], 5, dtype: DType.Int64)).Tokens.Shape);
    }

    [Fact]
    public void WindowsMustBeThoseOfTheBlocks() => Assert.Equal(
        "Longformer takes one window for all of its 2 blocks or one for each, found 3 windows.",
        Assert.Throws<UserException>(() => new Longformer(s_tiny with { Windows = [2, 2, 2] })).Message);

    private static Longformer Tiny()
    {
        TorchRuntime.ManualSeed(1);
        var model = new Longformer(s_tiny);
        model.Eval();
        return model;
    }
}
