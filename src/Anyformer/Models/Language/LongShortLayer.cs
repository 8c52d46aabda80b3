using Anyformer.Attention.Mixed;
using Anyformer.Blocks;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>
/// A layer of <see cref="LongShortLanguageModel"/>. Where normalisation comes first, the skip connection too carries what is normalised, as in the
/// authors' code.
/// </summary>
internal sealed class LongShortLayer : Module
{
    private readonly bool _normFirst;

    internal LongShortLayer(LongShortLanguageModelOptions options)
    {
        _normFirst = options.NormFirst;
        Attention = new CausalLongShortAttention(new CausalLongShortShape(
            options.Width, options.Heads, options.ChunkSize, options.ChunkRank, options.Window, options.Bias, options.Dropout));
        AttentionNorm = new LayerNorm(options.Width);
        FeedForward = new PositionwiseFeedForward(options.Width, options.FeedForwardWidth, Activations.Named(options.Activation), options.Dropout);
        FeedForwardNorm = new LayerNorm(options.Width);
        Dropout = new Dropout(options.Dropout);
    }

    private CausalLongShortAttention Attention { get; }

    private LayerNorm AttentionNorm { get; }

    private PositionwiseFeedForward FeedForward { get; }

    private LayerNorm FeedForwardNorm { get; }

    private Dropout Dropout { get; }

    internal Tensor Call(Tensor states, Tensor memory, Tensor windowDistances, Tensor chunkDistances) => Recomputation.Call(
        this, [states, memory, windowDistances, chunkDistances], given => Run(given[0]!, given[1]!, given[2]!, given[3]!));

    private Tensor Run(Tensor states, Tensor memory, Tensor windowDistances, Tensor chunkDistances)
    {
        using var scope = new TensorScope(this);
        if (!_normFirst)
        {
            var mixed = AttentionNorm.Call(states + Attention.Call(states, memory, windowDistances, chunkDistances));
            return scope.Keep(FeedForwardNorm.Call(mixed + Dropout.Call(FeedForward.Call(mixed))));
        }

        var normed = AttentionNorm.Call(states);
        normed = FeedForwardNorm.Call(normed + Attention.Call(normed, AttentionNorm.Call(memory), windowDistances, chunkDistances));
        return scope.Keep(normed + Dropout.Call(FeedForward.Call(normed)));
    }
}
