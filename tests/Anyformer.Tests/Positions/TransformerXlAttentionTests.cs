using Anyformer.Attention;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Tests.Positions;

[Collection(DefaultGenerator.Name)]
public sealed class TransformerXlAttentionTests
{
    [Fact]
    public void SegmentsWithAMemoryAreAsTheWhole()
    {
        using var scope = new TensorScope();
        var attention = Build(new TransformerXlAttentionOptions());
        var tokens = Tensors.Normal64(1, 2, 9, 6);
        var whole = attention.Call(tokens, AttentionMask.Causal);
        foreach (var cut in new[] { 1, 4, 8 })
            Tensors.AssertClose(whole[.., cut..], attention.Call(tokens[.., cut..], tokens[.., ..cut], AttentionMask.Causal), 1e-10);
    }

    [Fact]
    public void BothWaysUnderATableIsTheCausalForm()
    {
        using var scope = new TensorScope();
        var attention = Build(new TransformerXlAttentionOptions { ClampDistance = 3 });
        var tokens = Tensors.Normal64(1, 2, 7, 6);
        Tensors.AssertClose(
            attention.Call(tokens, AttentionMask.Causal), attention.Call(tokens, AttentionMask.OfPairs(Functional.Ones([7, 7], DType.Bool).Tril())), 1e-10);
    }

    [Fact]
    public void BeyondTheClampAllDistancesAreAlike()
    {
        using var scope = new TensorScope();
        var attention = Build(new TransformerXlAttentionOptions { ClampDistance = 2 });
        var (token, memory) = (Tensors.Normal64(1, 1, 1, 6), Tensors.Normal64(2, 1, 6, 6));
        Tensor After(params long[] order) => attention.Call(token, memory.IndexSelect(1, Tensor.From(order)), AttentionMask.Causal);
        Tensors.AssertClose(After(0, 1, 2, 3, 4, 5), After(3, 1, 2, 4, 0, 5), 1e-10);
        Assert.NotEqual(After(0, 1, 2, 3, 4, 5).Numbers()[0], After(0, 1, 2, 3, 5, 4).Numbers()[0], 1e-6);
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var attention = Build(new TransformerXlAttentionOptions());
        var (tokens, memory) = (Tensors.Normal64(1, 1, 4, 6), Tensors.Normal64(2, 1, 2, 6));
        (tokens.RequiresGrad, memory.RequiresGrad) = (true, true);
        FiniteDifferences.AssertGradients(
            [tokens, memory, .. attention.Parameters()], () => attention.Call(tokens, memory, AttentionMask.Causal).Square().Sum());
    }

    [Fact]
    public void AnOddWidthIsRefused() => Assert.Equal(
        "Transformer-XL has as many sines as cosines of a distance, so the width must be even, found 9.",
        Assert.Throws<UserException>(() => new TransformerXlAttention(new TokenMixerShape(0, 9, 3), new TransformerXlAttentionOptions())).Message);

    private static TransformerXlAttention Build(TransformerXlAttentionOptions options)
    {
        TorchRuntime.ManualSeed(1);
        var attention = new TransformerXlAttention(new TokenMixerShape(0, 6, 2), options);
        attention.To(DType.Float64);
        return attention;
    }
}
