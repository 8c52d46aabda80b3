using Anyformer.FeedForward;
using Anyformer.FeedForward.Experts;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.FeedForward.Experts;

/// <summary>What a mixture did with tokens: its gates, and for every token and choice the expert and the weight, 0 where it was turned away.</summary>
internal sealed record MixtureRun(double[][] Gates, long[][] Experts, double[][] Weights, double[] Losses)
{
    public const int Width = 3;

    public static ChannelMixerShape Shape => new(Width, 4);

    /// <summary>Runs a mixture in double precision on drawn tokens (batch, tokens, width), of which some may be padding.</summary>
    public static MixtureRun Of(MixtureOfExperts mixture, int seed, int batch, int tokens, bool[]? real = null)
    {
        using var scope = new TensorScope();
        using var recorder = new Recorder();
        using var losses = new AuxiliaryLoss();
        using var context = new TokenContext(real: real is null ? null : Tensor.From(real, batch, tokens));
        mixture.To(DType.Float64);
        mixture.Call(Tensors.Normal64(seed, batch, tokens, Width) * 2);
        var gates = recorder.Named("router_logits").Single().Softmax(-1).Flatten(0, 1);
        return new MixtureRun(
            Rows(gates), Rows(recorder.Named("experts").Single()).Select(row => row.Select(number => (long)number).ToArray()).ToArray(),
            Rows(recorder.Named("weights").Single()), [.. losses.Terms.Select(term => term.Item<double>())]);
    }

    /// <summary>The places that are left of every expert; taking one says whether there was one.</summary>
    public static Func<long, bool> Places(int experts, int capacity)
    {
        var taken = new int[experts];
        return expert => taken[expert]++ < capacity;
    }

    /// <summary>The experts of a token from the best on.</summary>
    public long[] Ranking(int token) => [.. Enumerable.Range(0, Gates[token].Length).OrderByDescending(expert => Gates[token][expert]).Select(expert => (long)expert)];

    public void AssertWeights(Func<int, int, double> expected)
    {
        for (var token = 0; token < Weights.Length; token++)
            for (var choice = 0; choice < Weights[token].Length; choice++)
                Assert.Equal(expected(token, choice), Weights[token][choice], 1e-9);
    }

    private static double[][] Rows(Tensor table) => table.Numbers().Chunk((int)table.Size(1)).ToArray();
}
