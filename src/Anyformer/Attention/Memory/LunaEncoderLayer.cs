using Anyformer.Blocks;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Attention.Memory;

/// <summary>The sizes and choices of a <see cref="LunaEncoderLayer"/>.</summary>
/// <param name="Width">Width of tokens and of the memory.</param>
/// <param name="Heads">Heads with which tokens ask.</param>
/// <param name="PackHeads">Heads with which the memory asks.</param>
/// <param name="FeedForwardWidth">Hidden width of the feed-forward part.</param>
/// <param name="Activation">Its activation.</param>
/// <param name="NormFirst">Whether normalisation comes before each part instead of after it.</param>
/// <param name="Tied">Whether keys and values of each attention are the same.</param>
/// <param name="Dropout">Probability of dropout on what each part gives.</param>
/// <param name="AttentionDropout">Probability of dropout on attention weights.</param>
/// <param name="ActivationDropout">Probability of dropout on hidden units.</param>
public sealed record LunaLayerShape(int Width, int Heads, int PackHeads, int FeedForwardWidth, string Activation = "relu", bool NormFirst = false,
    bool Tied = true, double Dropout = 0, double AttentionDropout = 0, double ActivationDropout = 0);

/// <summary>
/// An encoder layer of Luna: tokens and memory each have a skip connection and a normalisation, and the memory goes on to the next layer; the feed-forward
/// part is for the tokens alone (Ma et al., NeurIPS 2021, arXiv 2106.01540, section 3.2).
/// </summary>
public sealed class LunaEncoderLayer : Module
{
    private readonly bool _normFirst;

    /// <summary>A layer with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public LunaEncoderLayer(LunaLayerShape shape)
    {
        _normFirst = shape.NormFirst;
        Attention = new LunaAttention(shape.Width, shape.Heads, shape.PackHeads, shape.Tied, shape.AttentionDropout);
        TokenNorm = new LayerNorm(shape.Width);
        MemoryNorm = new LayerNorm(shape.Width);
        Dropout = new Dropout(shape.Dropout);
        FeedForward = new PositionwiseFeedForward(shape.Width, shape.FeedForwardWidth, Activations.Named(shape.Activation), shape.ActivationDropout);
        var norm = new LayerNorm(shape.Width);
        FeedForwardWiring = shape.NormFirst ? new PreNorm(norm, shape.Dropout) : new PostNorm(norm, shape.Dropout);
    }

    private LunaAttention Attention { get; }

    private LayerNorm TokenNorm { get; }

    private LayerNorm MemoryNorm { get; }

    private Dropout Dropout { get; }

    private PositionwiseFeedForward FeedForward { get; }

    private Wiring FeedForwardWiring { get; }

    /// <summary>Tokens and memory after the layer.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="memory">(batch, memory, width), or a batch of 1 for every sample.</param>
    /// <param name="mask">Which tokens count; null lets all count.</param>
    /// <param name="memoryMask">What counts of the memory; null lets all count.</param>
    public (Tensor Tokens, Tensor Memory) Call(Tensor tokens, Tensor memory, AttentionMask? mask = null, AttentionMask? memoryMask = null)
    {
        using var scope = new TensorScope();
        var asking = _normFirst ? TokenNorm.Call(tokens) : tokens;
        var (mixed, packed) = Attention.Call(asking, _normFirst ? MemoryNorm.Call(memory) : memory, asking, mask, memoryMask);
        (tokens, memory) = (tokens + Dropout.Call(mixed), memory + Dropout.Call(packed));
        if (!_normFirst)
            (tokens, memory) = (TokenNorm.Call(tokens), MemoryNorm.Call(memory));
        return (scope.Keep(FeedForwardWiring.Call(tokens, FeedForward.Call)), scope.Keep(memory));
    }
}
