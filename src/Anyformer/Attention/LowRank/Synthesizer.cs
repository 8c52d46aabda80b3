using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.LowRank;

/// <summary>
/// Attention whose weights are not scores of pairs but synthesised: of each token alone, or of no token at all (Tay et al., ICML 2021,
/// arXiv 2005.00743, section 3). It is built for a number of tokens. Records <c>weights</c>, (batch, heads, tokens, tokens), for inspection.
/// </summary>
[Formula(
    "Y = [softmax(S) V] W_o, S a softmax-weighed sum of maps",
    "dense: S_a = relu(X W_a + b_a) U_a; random: S_a = R_a; factorized-random: S_a = B_a C_a; dot-product: S_a = Q_a K_aᵀ / √d",
    "factorized-dense: S_a[i, j] = (x_i B_a)_(j mod m) (x_i C_a)_floor(j / m)",
    Where = "a: head; W: (heads, width, d); b: (heads, d); U: (heads, d, tokens); R: (heads, tokens, tokens); "
        + "B, C: factors, of a table (heads, tokens, rank) and (heads, rank, tokens), of a token (width, m) and (width, tokens / m); "
        + "m: length of the first factor")]
[Claims(Causal = true, FixedTokens = true)]
[Method("synthesizer", "Synthesizer", Family.LowRank, 2020,
    Paper = "Tay, Bahri, Metzler, Juan, Zhao, Zheng, Synthesizer: Rethinking Self-Attention in Transformer Models, ICML 2021, arXiv 2005.00743",
    Complexity = "O(tokens²)")]
public sealed class Synthesizer : TokenMixer
{
    /// <summary>What a hidden score becomes, as published: finite, so that a token that may see nothing has weights too.</summary>
    private const double Hidden = -1e10;

    private readonly TokenMixerShape _shape;

    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">
    /// The shape names no number of tokens, its inner width is no multiple of the heads, no map is named, or one twice, or factors do not cover the
    /// tokens.
    /// </exception>
    public Synthesizer(TokenMixerShape shape, SynthesizerOptions options)
    {
        if (shape.Tokens < 1)
            throw new UserException("Synthesizer is built for a number of tokens, and this host does not know how many there will be.");
        if (options.Maps.Count == 0 || options.Maps.Distinct().Count() != options.Maps.Count)
            throw new UserException($"Synthesizer needs one map of scores or several different ones, found {string.Join(", ", options.Maps)}.");
        var inner = shape.Heads * shape.HeadWidth;
        _shape = shape;
        Maps = new ModuleList<ScoreMap>(options.Maps.Select(kind => ScoreMap.Of(kind, shape, options)));
        Mixture = Maps.Count > 1 ? Initialization.Constant(Parameter.Empty(Maps.Count), 0) : null;
        ValueProjection = new Linear(shape.Width, inner);
        OutputProjection = new Linear(inner, shape.Width);
        Dropout = new Dropout(shape.Dropout);
    }

    private ModuleList<ScoreMap> Maps { get; }

    /// <summary>How much each map counts, before a softmax: (maps).</summary>
    private Parameter? Mixture { get; }

    private Linear ValueProjection { get; }

    private Linear OutputProjection { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        var count = tokens.Size(1);
        if (count > _shape.Tokens)
            throw new UserException($"Synthesizer was built for up to {_shape.Tokens} tokens, found {count}.");
        var scores = Scores(tokens);
        if (mask?.Table(count, count, tokens.Device) is { } visible)
            scores = scores.MaskedFill(!visible, Hidden);
        var weights = scores.Softmax(-1);
        Recorder.Record(this, "weights", weights);
        var values = Heads.Split(ValueProjection.Call(tokens), _shape.Heads);
        return OutputProjection.Call(Heads.Join(Dropout.Call(weights).MatMul(values)));
    }

    /// <summary>The mixed maps, (batch or 1, heads, tokens, tokens).</summary>
    private Tensor Scores(Tensor tokens)
    {
        if (Mixture is null)
            return Maps[0].Call(tokens);
        var shares = Mixture.Softmax(0).Unbind(0);
        return Maps.Zip(shares, (map, share) => map.Call(tokens) * share).Aggregate((sum, term) => sum + term);
    }
}
