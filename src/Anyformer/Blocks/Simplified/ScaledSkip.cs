using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks.Simplified;

/// <summary>What a branch and the skip connection beside it are multiplied by.</summary>
/// <param name="Branch">Of the branch.</param>
/// <param name="Skip">Of the skip connection; 0 leaves it out.</param>
/// <param name="Learned">Whether both are learned.</param>
internal sealed record BranchGains(double Branch, double Skip, bool Learned)
{
    /// <summary>The gain of the branch.</summary>
    internal Gain OfBranch() => new(Branch, Learned);

    /// <summary>The gain of the skip connection; null where there is none.</summary>
    internal Gain? OfSkip() => Skip == 0 ? null : new(Skip, Learned);
}

/// <summary>
/// <c>α f(norm(x)) + β x</c>, the second term left out where there is no skip connection (He and Hofmann, ICLR 2024, arXiv 2311.01906, section 3).
/// </summary>
/// <param name="norm">The normalisation; null for none.</param>
/// <param name="gains">Of the sublayer and of the skip connection.</param>
/// <param name="skipsNormalized">Whether the skip connection takes the normalised tokens, as after the normalisation of a post-norm block.</param>
internal sealed class ScaledSkip(NormalizationLayer? norm, BranchGains gains, bool skipsNormalized) : Wiring
{
    private NormalizationLayer? Norm { get; } = norm;

    private Gain BranchGain { get; } = gains.OfBranch();

    private Gain? SkipGain { get; } = gains.OfSkip();

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Func<Tensor, Tensor> sublayer)
    {
        var normalized = Norm is null ? tokens : Norm.Call(tokens);
        var branch = BranchGain.Call(sublayer(normalized));
        return SkipGain is null ? branch : branch + SkipGain.Call(skipsNormalized ? normalized : tokens);
    }
}
