using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>
/// BERT whose tokens see a window, the first and last blocks and random ones (Zaheer et al., NeurIPS 2020, arXiv 2007.14062, section 4). Unlike
/// BERT it normalises the embeddings after their dropout, as published.
/// </summary>
[Formula(
    "X_0 = norm(E[ids] + P + T), X_(l+1) = block_l(X_l), attention of bigbird, post-norm",
    "pooled = tanh(W x_0 + b)",
    Where = "E: embedding, (vocabulary, width); P: learned positions, (positions, width); T: types of tokens, (types, width); "
        + "x: first token, (width); W: (width, width); b: (width)")]
[Method("bigbird-encoder", "BigBird encoder", Family.LanguageModels, 2020, System = "bigbird",
    Paper = "Zaheer, Guruganesh, Dubey, Ainslie, Alberti, Ontanon, Pham, Ravula, Wang, Yang, Ahmed, Big Bird: Transformers for Longer Sequences, NeurIPS 2020, arXiv 2007.14062",
    Complexity = "O(tokens · block · random blocks)")]
public sealed class BigBird : Module
{
    private readonly int _positions;

    /// <summary>An encoder with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public BigBird(BigBirdOptions options)
    {
        _positions = options.Positions;
        var shape = new TokenEmbeddingShape(options.Vocabulary, options.Positions, options.TokenTypes, options.Width);
        Embedding = new TokenEmbedding(shape, options.PaddingToken, tokenScale: options.ScaledTokens ? Math.Sqrt(options.Width) : 1);
        Dropout = new Dropout(options.Dropout);
        EmbeddingNorm = new LayerNorm(options.Width, options.NormEpsilon);
        Blocks = ModuleList<EncoderBlock>.Of(options.Layers, _ => Block(options));
        Pooler = new Linear(options.Width, options.Width);
    }

    private TokenEmbedding Embedding { get; }

    private Dropout Dropout { get; }

    private LayerNorm EmbeddingNorm { get; }

    private ModuleList<EncoderBlock> Blocks { get; }

    private Linear Pooler { get; }

    /// <summary>The encoded tokens, (batch, tokens, width), and a summary of each sample, (batch, width), of its first token.</summary>
    /// <param name="tokens">Numbers of tokens, (batch, tokens).</param>
    /// <param name="real">True where there is a token and no padding, (batch, tokens); null when there is no padding.</param>
    /// <param name="types">Types of tokens, (batch, tokens); null when all are of the first.</param>
    /// <exception cref="UserException">There are more tokens than positions.</exception>
    public (Tensor Tokens, Tensor Pooled) Call(Tensor tokens, Tensor? real = null, Tensor? types = null)
    {
        if (tokens.Size(1) > _positions)
            throw new UserException($"This BigBird takes samples of up to {_positions} tokens, found {tokens.Size(1)}.");
        using var scope = new TensorScope();
        var positions = Functional.Arange(tokens.Size(1), device: tokens.Device);
        var encoded = EmbeddingNorm.Call(Dropout.Call(Embedding.Call(tokens, positions, types)));
        var mask = real is null ? null : AttentionMask.OfTokens(real);
        foreach (var block in Blocks)
            encoded = block.Call(encoded, mask);
        return (scope.Keep(encoded), scope.Keep(Pooler.Call(encoded.Select(1, 0)).Tanh()));
    }

    private static EncoderBlock Block(BigBirdOptions options)
    {
        var shape = new TokenMixerShape(options.Positions, options.Width, options.Heads, options.AttentionDropout);
        PostNorm Wiring() => new(new LayerNorm(options.Width, options.NormEpsilon), options.Dropout);
        return new EncoderBlock(
            new MultiHeadAttention(shape, options.Attention.Build(shape.OfFunction), options.InputBias), Wiring(),
            new PositionwiseFeedForward(options.Width, options.FeedForwardWidth, Activations.Named(options.Activation)), Wiring());
    }
}
