using System.ComponentModel;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks.Simplified;

/// <summary>A learned matrix and the identity, each with a gain.</summary>
public sealed record IdentityMapOptions
{
    /// <summary>A plain learned matrix.</summary>
    public static IdentityMapOptions Plain { get; } = new() { Matrix = 1, Identity = null };

    /// <summary>Gain of the learned matrix at first.</summary>
    [Description("gain of the learned matrix at first; with 0 beside an identity of 1 there is no map at all")]
    public double Matrix { get; init; }

    /// <summary>Gain of the identity at first; null for a plain learned matrix without gains.</summary>
    [Description("gain of the identity at first; null for a plain learned matrix without gains")]
    public double? Identity { get; init; } = 1;

    /// <summary>Whether the gains are learned.</summary>
    [Description("the gains are learned")]
    public bool Learned { get; init; } = true;

    /// <summary>The map; null where it would change nothing.</summary>
    /// <param name="width">Width of a token.</param>
    internal TensorModule? Build(long width)
    {
        if (Identity is null)
            return new Linear(width, width, bias: false);
        return Matrix == 0 && Identity == 1 ? null : new IdentityMap(width, this);
    }
}

/// <summary>
/// <c>x (α W + β I)</c>: a square map that begins as the identity, its matrix W at 0 (He and Hofmann, ICLR 2024, arXiv 2311.01906, equation 6).
/// </summary>
/// <param name="width">Width of a token.</param>
/// <param name="options">The gains.</param>
internal sealed class IdentityMap(long width, IdentityMapOptions options) : TensorModule
{
    /// <summary>(width, width), outputs first.</summary>
    private Parameter Weight { get; } = Initialization.Constant(Parameter.Empty(width, width), 0);

    private Gain MatrixGain { get; } = new(options.Matrix, options.Learned);

    private Gain IdentityGain { get; } = new(options.Identity ?? 0, options.Learned);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        // One matrix for all tokens is less to add up than two results for each.
        Functional.Linear(input, MatrixGain.Call(Weight) + IdentityGain.Call(Functional.Eye((int)width, device: Weight.Device).To(Weight.DType)));
}
