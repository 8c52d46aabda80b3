using System.ComponentModel;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Axes;

/// <summary>Options of <see cref="AxialAttention"/>.</summary>
public sealed record AxialAttentionOptions
{
    /// <summary>Tokens along each axis of the grid that the tokens fill row by row; null for two axes as equal as possible.</summary>
    [Description("tokens along each axis of the grid that the tokens fill row by row; without it, two axes as equal as possible")]
    public ValueList<int>? Axes { get; init; }

    /// <summary>Whether what the axes give is summed; otherwise each axis goes on from what the one before gave.</summary>
    [Description("sum what the axes give, instead of one axis after the other")]
    public bool Sum { get; init; } = true;
}

/// <summary>
/// The tokens lie in a grid, and each sees those that differ from it in one axis alone, with attention of its own for each axis (Ho, Kalchbrenner,
/// Weissenborn and Salimans 2019, arXiv 1912.12180, section 3). Queries, keys and values have no biases.
/// </summary>
/// <remarks>
/// Summed, as in the code that is followed here, a token sees its rows along all axes; one after the other, it sees the whole grid. Under a causal mask
/// every axis is causal: a token sees only such tokens as lie behind it along no axis.
/// </remarks>
[Formula(
    "Y = sum_a M_a(X), or M_2(M_1(X)) without sum",
    "M_a: multi-head softmax attention among the tokens that differ along axis a alone",
    Where = "M: (batch, tokens, width) to the same; a: axis")]
[Claims(Growth = 1.5, Causal = true)]
[Method("axial", "Axial attention", Family.Axes, 2019,
    Paper = "Ho, Kalchbrenner, Weissenborn, Salimans, Axial Attention in Multidimensional Transformers, 2019, arXiv 1912.12180",
    Complexity = "O(tokens · √tokens)")]
public sealed class AxialAttention : TokenMixer
{
    private readonly long[]? _sizes;
    private readonly bool _sum;

    /// <summary>A mixer with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads, or an axis has no token.</exception>
    public AxialAttention(TokenMixerShape shape, AxialAttentionOptions options) : this(shape, options, options.Axes?.Count ?? 2) { }

    /// <summary>A mixer of grids of so many axes.</summary>
    internal AxialAttention(TokenMixerShape shape, AxialAttentionOptions options, int axes)
    {
        if (options.Axes is { } sizes && (sizes.Count == 0 || sizes.Any(size => size < 1)))
            throw new UserException($"Axial attention needs axes of at least one token each, found [{string.Join(", ", sizes)}].");
        (_sizes, _sum) = (options.Axes?.Select(size => (long)size).ToArray(), options.Sum);
        Axes = ModuleList<MultiHeadAttention>.Of(axes, _ => new MultiHeadAttention(shape, new LateScaledAttention(shape.Dropout), inputBias: false));
    }

    private ModuleList<MultiHeadAttention> Axes { get; }

    /// <summary>The mixed tokens of a grid, (batch, axes..., width) to the same.</summary>
    /// <param name="grid">(batch, axes..., width).</param>
    /// <param name="isCausal">Whether no token sees later ones of an axis.</param>
    /// <param name="real">True where a token is no padding, (batch, axes...); null when none is.</param>
    internal Tensor CallGrid(Tensor grid, bool isCausal = false, Tensor? real = null)
    {
        using var scope = new TensorScope(this);
        Tensor Along(Tensor tokens, int axis)
        {
            var rows = real is null ? null : AlongAxis.Rows(real, axis + 1);
            var mask = rows is null && !isCausal ? null : new AttentionMask { IsCausal = isCausal, Keys = rows, Queries = rows };
            return AlongAxis.Mix(tokens, axis + 1, x => Axes[axis].Call(x, mask));
        }

        var axes = Enumerable.Range(0, Axes.Count);
        return scope.Keep(_sum
            ? axes.Select(axis => Along(grid, axis)).Aggregate((sum, mixed) => sum + mixed)
            : axes.Aggregate(grid, Along));
    }

    /// <inheritdoc/>
    /// <exception cref="UserException">There is a mask of pairs, or there are more tokens than the grid holds.</exception>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefusePairs("Axial attention");
        var count = tokens.Size(1);
        var sizes = Sizes(count);
        var missing = sizes.Aggregate((product, size) => product * size) - count;
        var real = mask?.Keys;
        if (missing > 0)
        {
            real = (real ?? Functional.Ones([tokens.Size(0), count], DType.Bool, device: tokens.Device)).ConstantPadNd([0, missing]);
            tokens = tokens.ConstantPadNd([0, 0, 0, missing]);
        }

        var mixed = CallGrid(tokens.Unflatten(1, sizes), mask?.IsCausal ?? false, real?.Unflatten(1, sizes));
        return mixed.Flatten(1, -2).Narrow(1, 0, count);
    }

    /// <summary>The grid for so many tokens.</summary>
    private long[] Sizes(long tokens)
    {
        if (_sizes is null)
        {
            var columns = (long)Math.Ceiling(Math.Sqrt(tokens));
            return [(tokens + columns - 1) / columns, columns];
        }

        var most = _sizes.Aggregate((product, size) => product * size);
        return tokens <= most ? _sizes : throw new UserException(
            $"Axial attention over axes of [{string.Join(", ", _sizes)}] tokens takes up to {most} tokens, found {tokens}.");
    }
}
