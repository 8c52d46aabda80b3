using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary><c>season(x + dropout(f(x)))</c>: the skip connection, of which the trend is taken away (arXiv 2106.13008, equation 3).</summary>
public sealed class SeasonWiring : Wiring
{
    private readonly SeriesDecomposition _decomposition;

    /// <summary>A wiring whose trend is the average over the <paramref name="window"/> nearest steps.</summary>
    public SeasonWiring(int window, double dropout = 0) => (_decomposition, Dropout) = (new SeriesDecomposition(window), new Dropout(dropout));

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Func<Tensor, Tensor> sublayer) =>
        _decomposition.Split(tokens + Dropout.Call(sublayer(tokens))).Season;
}

/// <summary>Layer normalisation less its mean over the steps, (batch, steps, width) to the same: the layer's bias has no effect.</summary>
public sealed class SeasonNorm(long width) : NormalizationLayer
{
    private LayerNorm Layer { get; } = new(width);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var normalised = Layer.Call(input);
        return normalised - normalised.Mean([1], keepdim: true);
    }
}

/// <summary>
/// A decoder block that passes on the season and gives the trends it took away, brought to the variates (arXiv 2106.13008, equation 4).
/// </summary>
public sealed class DecompositionDecoderBlock : Module
{
    private readonly SeriesDecomposition _decomposition;

    /// <summary>A block of its parts, whose trends are averages over the <paramref name="window"/> nearest steps.</summary>
    public DecompositionDecoderBlock(
        MultiHeadAttention selfAttention, MultiHeadAttention crossAttention, ChannelMixer feedForward, CircularConv1d trend,
        int window, double dropout)
    {
        (SelfAttention, CrossAttention, FeedForward, Trend) = (selfAttention, crossAttention, feedForward, trend);
        (_decomposition, Dropout) = (new SeriesDecomposition(window), new Dropout(dropout));
    }

    private MultiHeadAttention SelfAttention { get; }

    private MultiHeadAttention CrossAttention { get; }

    private ChannelMixer FeedForward { get; }

    private CircularConv1d Trend { get; }

    private Dropout Dropout { get; }

    /// <summary>The tokens after all three parts, (batch, steps, width), and what to add to the trend, (batch, steps, variates).</summary>
    /// <param name="tokens">(batch, steps, width).</param>
    /// <param name="context">The encoder's output, (batch, context steps, width).</param>
    public (Tensor Tokens, Tensor Trend) Call(Tensor tokens, Tensor context)
    {
        using var scope = new TensorScope();
        var (related, first) = _decomposition.Split(tokens + Dropout.Call(SelfAttention.Call(tokens)));
        var (informed, second) = _decomposition.Split(related + Dropout.Call(CrossAttention.Call(related, context, null)));
        var (season, third) = _decomposition.Split(informed + Dropout.Call(FeedForward.Call(informed)));
        return (scope.Keep(season), scope.Keep(Trend.Call(first + second + third)));
    }
}
