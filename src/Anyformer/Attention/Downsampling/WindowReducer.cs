using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Torch;

namespace Anyformer.Attention.Downsampling;

/// <summary>Options of every <see cref="WindowReducer"/>.</summary>
public sealed record WindowReducerOptions
{
    /// <summary>Tokens of a window.</summary>
    [Description("tokens of a window"), Range(1, 65536)]
    public int Kernel { get; init; } = 3;

    /// <summary>Tokens from the beginning of a window to that of the next; null for the tokens of a window.</summary>
    [Description("tokens from window to window; without it, those of a window"), Range(1, 65536)]
    public int? Stride { get; init; }
}

/// <summary>
/// Makes one key and one value of every window of tokens: slot p of the tokens p · stride up to p · stride + kernel. A last window that is not
/// full is dropped, but a sample shorter than a window is one. Padding counts as zeros, and a slot can be seen if anything in it is a token.
/// </summary>
public abstract class WindowReducer : KeyValueReducer
{
    /// <summary>A reducer of some windows.</summary>
    protected WindowReducer(WindowReducerOptions options) => (Kernel, Stride) = (options.Kernel, options.Stride ?? options.Kernel);

    /// <summary>Tokens of a window.</summary>
    public int Kernel { get; }

    /// <summary>Tokens from the beginning of a window to that of the next.</summary>
    public int Stride { get; }

    /// <inheritdoc/>
    /// <exception cref="UserException">The mask is causal or a table: what a query sees of windows is for the mechanism to say.</exception>
    protected override (Tensor Keys, Tensor Values, AttentionMask? Mask) Reduce(Tensor keys, Tensor values, AttentionMask? mask)
    {
        mask?.RefuseCausal("Reducing keys and values by windows");
        mask?.RefusePairs("Reducing keys and values by windows");
        if (mask?.KeyRows is { } rows)
            (keys, values) = (keys.MaskedFill(!rows, 0), values.MaskedFill(!rows, 0));
        var missing = Math.Max(0, Kernel - keys.Size(2));
        if (missing > 0)
            (keys, values) = (keys.Pad([0, 0, 0, missing]), values.Pad([0, 0, 0, missing]));
        return (Pool(keys), Pool(values), mask?.Keys is { } real ? mask with { Keys = AnyReal(real.Pad([0, missing])) } : mask);
    }

    /// <summary>Makes one token of every window.</summary>
    /// <param name="tokens">(batch, heads, tokens, head width), at least a window of them.</param>
    /// <returns>(batch, heads, windows, head width).</returns>
    protected abstract Tensor Pool(Tensor tokens);

    /// <summary>(batch, tokens) to (batch, windows).</summary>
    private Tensor AnyReal(Tensor real) => real.Unfold(1, Kernel, Stride).Any(-1);
}
