using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.LowRank;

/// <summary>Options of <see cref="Linformer"/>.</summary>
public sealed record LinformerOptions
{
    /// <summary>Sums of keys, and of values, that take the place of all tokens.</summary>
    [Description("sums of keys, and of values, in place of all tokens"), Range(1, 1 << 20)]
    public int Rank { get; init; } = 256;

    /// <summary>Whether all heads have the same keys and values.</summary>
    [Description("all heads have the same keys and values")]
    public bool OneKeyValueHead { get; init; }

    /// <summary>Whether values are the keys, summed in the same way.</summary>
    [Description("values are the keys, summed in the same way")]
    public bool SharedKeysAndValues { get; init; }
}

/// <summary>
/// Multi-head attention to a fixed number of learned sums of keys and values, the same sums in all heads, so that scores are linear in the tokens
/// (Wang et al. 2020, arXiv 2006.04768, section 4). It is built for a number of tokens; queries, keys and values have no bias.
/// </summary>
/// <remarks>
/// Padding takes no part in the sums, which the reference, without a mask, does not know. Records <c>weights</c>, (batch, heads, queries, rank).
/// </remarks>
[Formula("Y = [softmax(Q (Eᵀ K)ᵀ / √d) Fᵀ V] W_o", Where = "E, F: learned, (tokens, rank), for all heads")]
[Claims(Growth = 1, FixedTokens = true)]
[Method("linformer", "Linformer", Family.LowRank, 2020,
    Paper = "Wang, Li, Khabsa, Fang, Ma, Linformer: Self-Attention with Linear Complexity, 2020, arXiv 2006.04768",
    Complexity = "O(tokens · rank)")]
public sealed class Linformer : TokenMixer
{
    private readonly int _heads;
    private readonly int _keyHeads;

    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">The shape names no number of tokens, or its inner width is no multiple of the heads.</exception>
    public Linformer(TokenMixerShape shape, LinformerOptions options)
    {
        if (shape.Tokens < 1)
            throw new UserException("Linformer is built for a number of tokens, and this host does not know how many there will be.");
        _heads = shape.Heads;
        _keyHeads = options.OneKeyValueHead ? 1 : shape.Heads;
        var (inner, answering) = (shape.Heads * shape.HeadWidth, _keyHeads * shape.HeadWidth);
        QueryProjection = new Linear(shape.Width, inner, bias: false);
        KeyProjection = new Linear(shape.Width, answering, bias: false);
        ValueProjection = options.SharedKeysAndValues ? null : new Linear(shape.Width, answering, bias: false);
        Reducer = new TokenProjection(shape.Tokens, options.Rank, options.SharedKeysAndValues);
        Dropout = new Dropout(shape.Dropout);
        OutputProjection = new Linear(inner, shape.Width);
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear? ValueProjection { get; }

    private TokenProjection Reducer { get; }

    private Dropout Dropout { get; }

    private Linear OutputProjection { get; }

    /// <summary>Cross-attention: the tokens ask, other tokens answer.</summary>
    /// <param name="tokens">(batch, queries, width).</param>
    /// <param name="context">(batch, keys, width), of no more keys than the shape's tokens.</param>
    /// <param name="mask">Padding of the context; null for none.</param>
    /// <exception cref="UserException">There are more keys than the shape's tokens, or the mask is no padding.</exception>
    public Tensor Call(Tensor tokens, Tensor context, AttentionMask? mask)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Attend(tokens, context, mask));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => Attend(tokens, tokens, mask);

    private Tensor Attend(Tensor tokens, Tensor context, AttentionMask? mask)
    {
        var queries = Heads.Split(QueryProjection.Call(tokens), _heads);
        var keys = Heads.Split(KeyProjection.Call(context), _keyHeads);
        var values = ValueProjection is null ? keys : Heads.Split(ValueProjection.Call(context), _keyHeads);
        var (fewerKeys, fewerValues, _) = Reducer.Call(keys, values, mask);
        var scores = queries.MatMul(ForAll(fewerKeys).Transpose(-2, -1)) * (1 / Math.Sqrt(queries.Size(-1)));
        var weights = scores.Softmax(-1);
        Recorder.Record(this, "weights", weights);
        return OutputProjection.Call(Heads.Join(Dropout.Call(weights).MatMul(ForAll(fewerValues))));
    }

    private Tensor ForAll(Tensor heads) => _keyHeads == _heads ? heads : heads.Expand([-1, _heads, -1, -1]);
}
