using Anyformer.Attention;
using Anyformer.Attention.LowRank;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>
/// BERT with <see cref="NystromAttention"/> (Xiong et al., AAAI 2021, arXiv 2102.03902), as Hugging Face's transformers have it and published weights
/// need it: one scale for the whole batch starts the pseudo-inverse, so that samples act on each other a little, and padding counts in landmarks.
/// Positions count from 2.
/// </summary>
[Formula(
    "X_0 = norm(E[ids] + P + T), X_(l+1) = block_l(X_l), attention of nystromformer, post-norm",
    Where = "E: embedding, (vocabulary, width); P: learned positions, (positions, width); T: types of tokens, (types, width)")]
[Method("nystromformer-encoder", "Nyströmformer encoder", Family.LanguageModels, 2021, System = "nystromformer",
    Paper = "Xiong, Zeng, Chakraborty, Tan, Fung, Li, Singh, Nyströmformer: A Nyström-Based Algorithm for Approximating Self-Attention, AAAI 2021, arXiv 2102.03902",
    Complexity = "O(tokens · landmarks)")]
public sealed class Nystromformer : Module
{
    private const int FirstPosition = 2;

    private readonly int _positions;

    /// <summary>An encoder with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads, or the convolution covers an even number of tokens.</exception>
    public Nystromformer(NystromformerOptions options)
    {
        _positions = options.Positions;
        var shape = new TokenEmbeddingShape(options.Vocabulary, options.Positions + FirstPosition, options.TokenTypes, options.Width);
        Embedding = new TokenEmbedding(shape, options.PaddingToken);
        EmbeddingNorm = new LayerNorm(options.Width, options.NormEpsilon);
        Dropout = new Dropout(options.Dropout);
        Encoder = new Encoder(Enumerable.Range(0, options.Layers).Select(_ => Block(options)));
    }

    private TokenEmbedding Embedding { get; }

    private LayerNorm EmbeddingNorm { get; }

    private Dropout Dropout { get; }

    private Encoder Encoder { get; }

    /// <summary>The encoded tokens, (batch, tokens, width).</summary>
    /// <param name="tokens">Numbers of tokens, (batch, tokens).</param>
    /// <param name="real">True where there is a token and no padding, (batch, tokens); null when there is no padding.</param>
    /// <param name="types">Types of tokens, (batch, tokens); null when all are of the first.</param>
    /// <exception cref="UserException">There are more tokens than positions.</exception>
    public Tensor Call(Tensor tokens, Tensor? real = null, Tensor? types = null)
    {
        if (tokens.Size(1) > _positions)
            throw new UserException($"This Nyströmformer takes samples of up to {_positions} tokens, found {tokens.Size(1)}.");
        using var scope = new TensorScope();
        var positions = Functional.Arange(FirstPosition, tokens.Size(1) + FirstPosition, dtype: DType.Int64, device: tokens.Device);
        var embedded = Dropout.Call(EmbeddingNorm.Call(Embedding.Call(tokens, positions, types)));
        return scope.Keep(Encoder.Call(embedded, real is null ? null : AttentionMask.OfTokens(real)));
    }

    private static EncoderBlock Block(NystromformerOptions options)
    {
        PostNorm Wiring() => new(new LayerNorm(options.Width, options.NormEpsilon), options.Dropout);
        var shape = new TokenMixerShape(options.Positions, options.Width, options.Heads);
        var function = new NystromAttention(shape.OfFunction, new NystromAttentionOptions
        {
            Landmarks = options.Landmarks,
            ConvolutionKernel = options.ConvolutionKernel,
            BatchScale = true,
            PaddingInLandmarks = true,
        });
        return new EncoderBlock(new MultiHeadAttention(shape, function), Wiring(),
            new PositionwiseFeedForward(options.Width, options.FeedForwardWidth, Activations.Named(options.Activation)), Wiring());
    }
}
