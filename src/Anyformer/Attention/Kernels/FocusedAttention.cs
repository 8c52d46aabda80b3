using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>Options of <see cref="FocusedAttention"/>.</summary>
public sealed record FocusedAttentionOptions
{
    /// <summary>The power of focused features.</summary>
    [Description("power of focused features"), Range(0, 64, MinimumIsExclusive = true)]
    public double Factor { get; init; } = 3;

    /// <summary>Tokens, or places along each side of an image, that the convolution of the values covers, odd.</summary>
    [Description("tokens, or places along each side of an image, that the convolution of the values covers, odd"), Range(1, 1023)]
    public int Kernel { get; init; } = 5;

    /// <summary>Tokens of a row, where the tokens are an image row by row; null for a sequence.</summary>
    [Description("tokens of a row, where the tokens are an image row by row; nothing for a sequence"), Range(1, 1 << 20)]
    public int? Columns { get; init; }

    /// <summary>Tokens before those of the image, which have no neighbours: class tokens.</summary>
    [Description("tokens before those of the image, which have no neighbours: class tokens"), Range(0, 1 << 20)]
    public int Prefix { get; init; }
}

/// <summary>
/// Linear attention with <see cref="FocusedFeatureMap"/>, and to each token what a depthwise convolution, the same in all heads, makes of the
/// values around it: that gives back the rank that a product of few features lacks (Han et al., ICCV 2023, arXiv 2308.00442, section 3).
/// Padding has no features and no value.
/// </summary>
[Formula("Y = [φ(q_i) sum_j φ(k_j)ᵀ v_j / (φ(q_i)·sum_j φ(k_j) + ε) for each head, plus conv(V)] W_o, φ of focused")]
[Claims(Growth = 1)]
[Method("focused-attention", "Focused linear attention", Family.Kernels, 2023,
    System = "flatten",
    Paper = "Han, Pan, Han, Song, Huang, FLatten Transformer: Vision Transformer using Focused Linear Attention, ICCV 2023, arXiv 2308.00442",
    Complexity = "O(tokens)")]
public sealed class FocusedAttention : TokenMixer
{
    private readonly int _heads;
    private readonly int? _columns;
    private readonly int _prefix;

    /// <summary>A mixer with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads, or the kernel is even.</exception>
    public FocusedAttention(TokenMixerShape shape, FocusedAttentionOptions options)
    {
        if (options.Kernel % 2 == 0)
            throw new UserException($"The convolution of linear attention needs an odd kernel, found {options.Kernel}.");
        (_heads, _columns, _prefix) = (shape.Heads, options.Columns, options.Prefix);
        var (inner, head) = (shape.Heads * shape.HeadWidth, shape.HeadWidth);
        QueryProjection = new Linear(shape.Width, inner);
        KeyProjection = new Linear(shape.Width, inner);
        ValueProjection = new Linear(shape.Width, inner);
        OutputProjection = new Linear(inner, shape.Width);
        Function = new LinearAttention(new FocusedFeatureMap(shape.OfFunction, new FocusedFeatureMapOptions { Factor = options.Factor }));
        Convolution = _columns is null
            ? new Conv1d(head, head, options.Kernel, padding: options.Kernel / 2, groups: head)
            : new Conv2d(head, head, options.Kernel, padding: options.Kernel / 2, groups: head);
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private Linear OutputProjection { get; }

    private LinearAttention Function { get; }

    private TensorModule Convolution { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefuseCausal("Focused attention");
        var given = ValueProjection.Call(tokens);
        var values = mask?.Keys is { } real ? given.MaskedFill(!real.Unsqueeze(-1), 0) : given;
        var contexts = Function.Call(
            Heads.Split(QueryProjection.Call(tokens), _heads), Heads.Split(KeyProjection.Call(tokens), _heads), Heads.Split(values, _heads), mask);
        return OutputProjection.Call(Heads.Join(contexts) + Around(values));
    }

    /// <summary>What the values around each token come to, (batch, tokens, width); nothing for those of the prefix.</summary>
    private Tensor Around(Tensor values)
    {
        var prefix = _columns is null ? 0 : Math.Min(_prefix, values.Size(1));
        var placed = values.Narrow(1, prefix, values.Size(1) - prefix).Transpose(1, 2);
        var rows = placed.Reshape([values.Size(0) * _heads, -1, placed.Size(2)]);
        if (_columns is { } columns)
        {
            if (placed.Size(2) % columns != 0)
                throw new UserException($"The tokens of an image in rows of {columns} must be a multiple of {columns}, found {placed.Size(2)}.");
            rows = rows.Unflatten(2, [-1, columns]);
        }

        var around = Convolution.Call(rows).Reshape([values.Size(0), -1, placed.Size(2)]).Transpose(1, 2);
        return prefix == 0 ? around : around.ConstantPadNd([0, 0, prefix, 0]);
    }
}
