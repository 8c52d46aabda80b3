using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Downsampling;
using Anyformer.Attention.Windows;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Attention.Mixed;

/// <summary>Options of <see cref="PoolingAttention"/>.</summary>
public sealed record PoolingAttentionOptions
{
    /// <summary>Tokens on each side of a token that it sees one by one.</summary>
    [Description("tokens on each side that a token sees one by one"), Range(0, 1 << 20)]
    public int Window { get; init; } = 128;

    /// <summary>How far away a token sees pooled tokens, on each side.</summary>
    [Description("how far away a token sees pooled tokens, on each side"), Range(0, 1 << 20)]
    public int PooledWindow { get; init; } = 512;

    /// <summary>What pools keys and values of the second level.</summary>
    [Description("what pools keys and values of the second level")]
    public Part<WindowReducer> Pooling { get; init; } = Part<WindowReducer>.Of("window-dynamic-convolution");
}

/// <summary>
/// Attention in two levels: to a small window of tokens, and from what that gives to a larger window of pooled keys and values; the output is a linear
/// map of their sum (Zhang et al., ICML 2021, arXiv 2105.04371, section 3). There is no public code; where the paper leaves things open, a pooled token
/// stands at the middle of what it covers, a last window that is not full is dropped, and a token that sees nothing gets the mean of all.
/// </summary>
[Formula(
    "Z = softmax(Q Kᵀ / √d) V over |i - j| ≤ w",
    "Y = (Z + softmax(Q' pool(K')ᵀ / √d) pool(V')) W_o over slots whose centre is no farther than r",
    "Q', K', V' = Z U_q, Z U_k, Z U_v",
    Where = "Z: heads joined, (batch, tokens, heads · d); Q', K', V': (batch, heads, tokens, d); U: (heads · d, heads · d); w: window; "
        + "r: reach of the second level")]
[Claims(Growth = 1)]
[Method("poolingformer", "Poolingformer (two-level pooling attention)", Family.FixedPatterns, 2021,
    Paper = "Zhang, Gong, Shen, Li, Lv, Duan, Chen, Poolingformer: Long Document Modeling with Pooling Attention, ICML 2021, arXiv 2105.04371",
    Complexity = "O(tokens · (window + pooled window / stride))")]
public sealed class PoolingAttention : TokenMixer
{
    private readonly int _heads;
    private readonly int _window;
    private readonly int _pooledWindow;

    /// <summary>A mixer with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public PoolingAttention(TokenMixerShape shape, PoolingAttentionOptions options)
    {
        (_heads, _window, _pooledWindow) = (shape.Heads, options.Window, options.PooledWindow);
        var inner = shape.Heads * shape.HeadWidth;
        QueryProjection = new Linear(shape.Width, inner);
        KeyProjection = new Linear(shape.Width, inner);
        ValueProjection = new Linear(shape.Width, inner);
        PooledQueryProjection = new Linear(inner, inner);
        PooledKeyProjection = new Linear(inner, inner);
        PooledValueProjection = new Linear(inner, inner);
        Pooling = options.Pooling.Build(shape.OfFunction);
        OutputProjection = new Linear(inner, shape.Width);
        Dropout = new Dropout(shape.Dropout);
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private Linear PooledQueryProjection { get; }

    private Linear PooledKeyProjection { get; }

    private Linear PooledValueProjection { get; }

    private WindowReducer Pooling { get; }

    private Linear OutputProjection { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefuseCausal("Poolingformer");
        mask?.RefusePairs("Poolingformer");
        var near = Heads.Join(Near(tokens, mask?.Keys));
        return OutputProjection.Call(near + Heads.Join(Far(near, mask?.Keys)));
    }

    /// <summary>The first level: every token and those beside it, (batch, heads, tokens, head width).</summary>
    private Tensor Near(Tensor tokens, Tensor? real)
    {
        var values = Heads.Split(ValueProjection.Call(tokens), _heads);
        var band = Band.Within(tokens.Size(1), _window, _window);
        var visible = band.Columns(real ?? Functional.Ones([1, tokens.Size(1)], DType.Bool, device: tokens.Device));
        var scores = band.Scores(Scaled(QueryProjection.Call(tokens)), Heads.Split(KeyProjection.Call(tokens), _heads));
        var weights = scores.Hide(visible).Softmax(-1);
        // Every token sees itself, unless it is padding.
        if (real is null)
            return band.Contexts(Dropout.Call(weights), values);
        var contexts = band.Contexts(Dropout.Call(weights.MaskedFill(!visible, 0)), values);
        return Functional.Where(visible.Any(-1, keepdim: true), contexts, values.Mean([2], keepdim: true));
    }

    /// <summary>The second level: what the first gave, and pooled tokens around it, (batch, heads, tokens, head width).</summary>
    private Tensor Far(Tensor near, Tensor? real)
    {
        var mask = real is null ? null : AttentionMask.OfKeys(real);
        var (keys, values, slots) = Pooling.Call(
            Heads.Split(PooledKeyProjection.Call(near), _heads), Heads.Split(PooledValueProjection.Call(near), _heads), mask);
        var window = PooledWindow.Of(Pooling, near.Size(1), keys.Size(2), _pooledWindow);
        return window.Contexts(Scaled(PooledQueryProjection.Call(near)), keys, values, slots?.Keys, Dropout);
    }

    private Tensor Scaled(Tensor queries)
    {
        var heads = Heads.Split(queries, _heads);
        return heads * (1 / Math.Sqrt(heads.Size(-1)));
    }
}
