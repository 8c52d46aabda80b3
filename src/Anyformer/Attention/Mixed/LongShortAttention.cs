using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Windows;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Attention.Mixed;

/// <summary>Options of <see cref="LongShortAttention"/>.</summary>
public sealed record LongShortAttentionOptions
{
    /// <summary>Tokens of a window, which see each other and half as many on each side; 0 for no windows.</summary>
    [Description("tokens of a window, which see each other and half as many on each side; 0 for no windows"), Range(0, 1 << 20)]
    public int Window { get; init; } = 32;

    /// <summary>Weighted sums of all tokens that each head sees; 0 for none.</summary>
    [Description("weighted sums of all tokens that each head sees; 0 for none"), Range(0, 65536)]
    public int Landmarks { get; init; } = 32;

    /// <summary>Whether the first token is a class token, which all tokens see.</summary>
    [Description("the first token is a class token, which all tokens see")]
    public bool ClassToken { get; init; }

    /// <summary>Places of a convolution of the values that is added to the contexts, an odd number; null for none.</summary>
    [Description("places of a convolution of the values that is added, an odd number; without it, none"), Range(1, 65535)]
    public int? Convolution { get; init; }
}

/// <summary>
/// One softmax over the tokens of a window and over a few sums of all tokens, whose weights are a softmax of a linear map of the tokens along time; both
/// kinds of keys and values have a normalisation of their own (Zhu et al., NeurIPS 2021, arXiv 2107.02192, section 3). Bidirectional; the causal form
/// of the paper has other parts, see <see cref="CausalLongShortAttention"/>.
/// </summary>
[Formula(
    "Y = [softmax(q_i [K_w, P K]ᵀ / √d) [V_w, P V]] W_o, K_w and V_w those of the window w around i",
    "P = softmax(X W_p)ᵀ over the tokens; tokens and sums are normalised by one LayerNorm each",
    Where = "P: (heads, landmarks, tokens); W_p: (width, heads · landmarks); w: window")]
[Claims(Growth = 1)]
[Method("long-short-transformer", "Long-Short Transformer", Family.LowRank, 2021,
    Paper = "Zhu, Ping, Xiao, Shoeybi, Goldstein, Anandkumar, Catanzaro, Long-Short Transformer: Efficient Transformers for Language and Vision, "
        + "NeurIPS 2021, arXiv 2107.02192",
    Complexity = "O(tokens · (window + landmarks))")]
public sealed class LongShortAttention : TokenMixer
{
    private readonly LongShortAttentionOptions _options;
    private readonly int _heads;
    private readonly ShortWindow _window;

    /// <summary>A mixer with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads, there is nothing to see, or the convolution is even.</exception>
    public LongShortAttention(TokenMixerShape shape, LongShortAttentionOptions options)
    {
        if (options is { Window: 0, Landmarks: 0, ClassToken: false })
            throw new UserException("Long-short attention needs windows, landmarks or a class token, found window 0 and 0 landmarks.");
        if (options.Convolution % 2 == 0)
            throw new UserException($"The convolution of long-short attention must have an odd number of places, found {options.Convolution}.");
        (_options, _heads, _window) = (options, shape.Heads, new ShortWindow(options.Window));
        var inner = shape.Heads * shape.HeadWidth;
        QueryProjection = new Linear(shape.Width, inner);
        KeyProjection = new Linear(shape.Width, inner);
        ValueProjection = new Linear(shape.Width, inner);
        OutputProjection = new Linear(inner, shape.Width);
        TokenNorm = new LayerNorm(inner);
        SlotNorm = new LayerNorm(inner);
        LandmarkWeights = options.Landmarks > 0 ? new Linear(shape.Width, shape.Heads * options.Landmarks) : null;
        Convolution = options.Convolution is { } places ? Initialization.Constant(Parameter.Empty(shape.Heads, 1, places, 1), 0) : null;
        Dropout = new Dropout(shape.Dropout);
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private Linear OutputProjection { get; }

    private LayerNorm TokenNorm { get; }

    private LayerNorm SlotNorm { get; }

    private Linear? LandmarkWeights { get; }

    /// <summary>(heads, 1, places, 1): one kernel for all of a head.</summary>
    private Parameter? Convolution { get; }

    private Dropout Dropout { get; }

    /// <summary>The mixed class token, first, and the mixed tokens, (batch, 1 + tokens, width).</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="classToken">(batch, 1, width).</param>
    /// <param name="real">True at tokens that count, (batch, tokens); null when all do.</param>
    public Tensor Call(Tensor tokens, Tensor classToken, Tensor? real)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Mix(tokens, classToken, real));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefuseCausal("Long-short attention");
        mask?.RefusePairs("Long-short attention");
        return _options.ClassToken ? Mix(tokens[.., 1..], tokens[.., ..1], mask?.Keys?[.., 1..]) : Mix(tokens, null, mask?.Keys);
    }

    private Tensor Mix(Tensor tokens, Tensor? classToken, Tensor? real)
    {
        var queries = Scaled(QueryProjection.Call(tokens));
        var keys = Heads.Split(TokenNorm.Call(KeyProjection.Call(tokens)), _heads);
        var values = Heads.Split(TokenNorm.Call(ValueProjection.Call(tokens)), _heads);
        var contexts = Contexts(queries, keys, values, Slots(tokens, keys, values, classToken, real), real);
        var mixed = Convolution is null ? contexts : contexts + Convolve(values, real);
        if (classToken is not null)
            mixed = Functional.Cat([OfClass(classToken, contexts, real), mixed], 2);
        return OutputProjection.Call(Heads.Join(mixed));
    }

    /// <summary>One softmax over slots and window, (batch, heads, tokens, head width); 0 at padding.</summary>
    private Tensor Contexts(Tensor queries, Tensor keys, Tensor values, (Tensor Keys, Tensor Values)? slots, Tensor? real)
    {
        var hasWindow = _options.Window > 0 || _options.Landmarks == 0;
        var scores = new List<Tensor>();
        if (slots is not null)
            scores.Add(queries.MatMul(slots.Value.Keys.Transpose(-2, -1)));
        if (hasWindow)
            scores.Add(_window.Scores(queries, keys, real));
        var weights = Functional.Cat([.. scores], -1).Softmax(-1);
        if (real is not null)
            weights = weights.MaskedFill(!AttentionMask.OfKeys(real).KeyRows!, 0);
        var parts = Dropout.Call(weights).SplitWithSizes([.. scores.Select(part => part.Size(-1))], -1);
        var ofSlots = slots is null ? null : parts[0].MatMul(slots.Value.Values);
        var ofWindow = hasWindow ? _window.Contexts(parts[^1], values) : null;
        return ofSlots is null ? ofWindow! : ofWindow is null ? ofSlots : ofSlots + ofWindow;
    }

    /// <summary>Keys and values that all tokens see, (batch, heads, slots, head width): of the class token, and the landmarks.</summary>
    private (Tensor Keys, Tensor Values)? Slots(Tensor tokens, Tensor keys, Tensor values, Tensor? classToken, Tensor? real)
    {
        var (slotKeys, slotValues) = (new List<Tensor>(), new List<Tensor>());
        if (classToken is not null)
        {
            slotKeys.Add(Heads.Split(KeyProjection.Call(classToken), _heads));
            slotValues.Add(Heads.Split(ValueProjection.Call(classToken), _heads));
        }

        if (LandmarkWeights is not null)
        {
            var scores = LandmarkWeights.Call(tokens).Hide(real?.Unsqueeze(-1));
            var weights = scores.Softmax(1).Unflatten(-1, [_heads, -1]).Permute([0, 2, 3, 1]);
            slotKeys.Add(weights.MatMul(keys));
            slotValues.Add(weights.MatMul(values));
        }

        Tensor Normed(List<Tensor> slots) => Heads.Split(SlotNorm.Call(Heads.Join(Functional.Cat([.. slots], 2))), _heads);
        return slotKeys.Count == 0 ? null : (Normed(slotKeys), Normed(slotValues));
    }

    /// <summary>The class token asks itself and what the tokens got, (batch, heads, 1, head width).</summary>
    private Tensor OfClass(Tensor classToken, Tensor contexts, Tensor? real)
    {
        var (key, value) = (Heads.Split(KeyProjection.Call(classToken), _heads), Heads.Split(ValueProjection.Call(classToken), _heads));
        var query = Scaled(QueryProjection.Call(classToken));
        var scores = query.MatMul(contexts.Transpose(-2, -1)).Hide(real?.Unsqueeze(1).Unsqueeze(1));
        var weights = Functional.Cat([query.MatMul(key.Transpose(-2, -1)), scores], -1).Softmax(-1);
        return weights[.., .., .., ..1] * value + weights[.., .., .., 1..].MatMul(contexts);
    }

    private Tensor Convolve(Tensor values, Tensor? real)
    {
        var kept = real is null ? values : values.MaskedFill(!AttentionMask.OfKeys(real).KeyRows!, 0);
        return Functional.Conv2d(kept, Convolution!, null, [1, 1], [Convolution!.Size(2) / 2, 0], [1, 1], _heads);
    }

    private Tensor Scaled(Tensor queries)
    {
        var heads = Heads.Split(queries, _heads);
        return heads * (1 / Math.Sqrt(heads.Size(-1)));
    }
}
