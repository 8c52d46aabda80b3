using Anyformer.Attention;
using Anyformer.Attention.Windows;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>
/// The encoder of long documents: BERT whose tokens see a window around them and a few global tokens (Beltagy, Peters and Cohan 2020,
/// arXiv 2004.05150, section 5). Positions are counted as in RoBERTa, from behind the number of the padding token, and padding has that number itself.
/// </summary>
[Formula(
    "X_0 = norm(E[ids] + P + T), X_(l+1) = block_l(X_l), attention of longformer, post-norm",
    "pooled = tanh(W x_0 + b)",
    Where = "E: embedding, (vocabulary, width); P: learned positions, (positions, width); T: types of tokens, (types, width); "
        + "x: first token, (width); W: (width, width); b: (width)")]
[Method("longformer-encoder", "Longformer encoder", Family.LanguageModels, 2020, System = "longformer",
    Paper = "Beltagy, Peters, Cohan, Longformer: The Long-Document Transformer, 2020, arXiv 2004.05150",
    Complexity = "O(tokens · (window + global tokens))")]
public sealed class Longformer : Module
{
    private readonly LongformerOptions _options;

    /// <summary>An encoder with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads, a window is odd, or the windows are not those of the blocks.</exception>
    public Longformer(LongformerOptions options)
    {
        if (options.Windows.Count != 1 && options.Windows.Count != options.Layers)
            throw new UserException(
                $"Longformer takes one window for all of its {options.Layers} blocks or one for each, found {options.Windows.Count} windows.");
        _options = options;
        var shape = new TokenEmbeddingShape(options.Vocabulary, options.Positions, options.TokenTypes, options.Width);
        Embedding = new TokenEmbedding(shape, options.PaddingToken, options.PaddingToken);
        EmbeddingNorm = new LayerNorm(options.Width, options.NormEpsilon);
        Dropout = new Dropout(options.Dropout);
        Blocks = ModuleList<LongformerBlock>.Of(options.Layers, i => new LongformerBlock(options, options.Windows[Math.Min(i, options.Windows.Count - 1)]));
        Pooler = new Linear(options.Width, options.Width);
    }

    private TokenEmbedding Embedding { get; }

    private LayerNorm EmbeddingNorm { get; }

    private Dropout Dropout { get; }

    private ModuleList<LongformerBlock> Blocks { get; }

    private Linear Pooler { get; }

    /// <summary>The encoded tokens, (batch, tokens, width), and a summary of each sample, (batch, width), of its first token.</summary>
    /// <param name="tokens">Numbers of tokens, (batch, tokens).</param>
    /// <param name="real">True where there is a token and no padding, (batch, tokens); null when there is no padding.</param>
    /// <param name="isGlobal">True at the tokens that see all and are seen by all, (batch, tokens); null for none.</param>
    /// <param name="types">Types of tokens, (batch, tokens); null when all are of the first.</param>
    /// <exception cref="UserException">There are more tokens than positions.</exception>
    public (Tensor Tokens, Tensor Pooled) Call(Tensor tokens, Tensor? real = null, Tensor? isGlobal = null, Tensor? types = null)
    {
        using var scope = new TensorScope();
        var encoded = Dropout.Call(EmbeddingNorm.Call(Embedding.Call(tokens, PositionsOf(tokens), types)));
        var globals = isGlobal is null ? null : GlobalTokens.Of(real is null ? isGlobal : isGlobal.LogicalAnd(real));
        var mask = real is null ? null : AttentionMask.OfTokens(real);
        foreach (var block in Blocks)
            encoded = block.Call(encoded, globals, mask);
        return (scope.Keep(encoded), scope.Keep(Pooler.Call(encoded.Select(1, 0)).Tanh()));
    }

    private Tensor PositionsOf(Tensor tokens)
    {
        var most = _options.Positions - _options.PaddingToken - 1;
        if (tokens.Size(1) > most)
            throw new UserException($"This Longformer takes samples of up to {most} tokens, found {tokens.Size(1)}.");
        var counted = tokens.Ne(_options.PaddingToken).To(DType.Int64);
        return counted.CumSum(1) * counted + _options.PaddingToken;
    }
}
