using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Recurrent;

/// <summary>Attention to a segment and what is remembered before it, and a feed-forward part.</summary>
internal sealed class TransformerXlLayer : Module
{
    private readonly bool _isNormFirst;

    internal TransformerXlLayer(TransformerXlOptions options, TransformerXlAttention attention)
    {
        _isNormFirst = options.PreNorm;
        Attention = attention;
        (AttentionNorm, FeedForwardNorm) = (new LayerNorm(options.Width), new LayerNorm(options.Width));
        FeedForward = new PositionwiseFeedForward(options.Width, options.FeedForwardWidth, Activations.Named("relu"), options.Dropout);
        Dropout = new Dropout(options.Dropout);
    }

    private TransformerXlAttention Attention { get; }

    private LayerNorm AttentionNorm { get; }

    private PositionwiseFeedForward FeedForward { get; }

    private LayerNorm FeedForwardNorm { get; }

    private Dropout Dropout { get; }

    /// <summary>The segment after both parts.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="memory">What came before, (batch, remembered, width).</param>
    /// <param name="waves">The sinusoids of distances, the largest first.</param>
    /// <param name="mask">What may not be seen of memory and tokens.</param>
    internal Tensor Call(Tensor tokens, Tensor? memory, Tensor waves, AttentionMask mask) => Recomputation.Call(
        this, [tokens, memory, waves, .. AttentionMask.TensorsOf(mask)], given => Run(given[0]!, given[1], given[2]!, mask.With(given.AsSpan(3))));

    private Tensor Run(Tensor tokens, Tensor? memory, Tensor waves, AttentionMask mask)
    {
        using var scope = new TensorScope(this);
        if (!_isNormFirst)
        {
            var mixed = AttentionNorm.Call(tokens + Dropout.Call(Attention.Call(tokens, memory, waves, mask)));
            return scope.Keep(FeedForwardNorm.Call(mixed + Dropout.Call(FeedForward.Call(mixed))));
        }

        var attended = Attention.Call(AttentionNorm.Call(tokens), memory is null ? null : AttentionNorm.Call(memory), waves, mask);
        var added = tokens + Dropout.Call(attended);
        return scope.Keep(added + Dropout.Call(FeedForward.Call(FeedForwardNorm.Call(added))));
    }
}
