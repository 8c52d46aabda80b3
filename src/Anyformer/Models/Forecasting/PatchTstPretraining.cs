using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>Patches and what <see cref="PatchTstPretraining"/> makes of them.</summary>
/// <param name="Patches">The normalised patches, (batch, variates, patches, patch length).</param>
/// <param name="Masked">1 for a patch that was set to zero before the backbone saw it and 0 for the others, (batch, variates, patches).</param>
/// <param name="Restored">The patches as the head restores them, (batch, variates, patches, patch length).</param>
public sealed record PatchReconstruction(Tensor Patches, Tensor Masked, Tensor Restored);

/// <summary>
/// Masked pre-training of the backbone of <see cref="PatchTst"/>: in every series of every window some patches, drawn anew each time, are set to
/// zero, and a linear head restores them one by one; the squared error of those patches alone counts (Nie et al., ICLR 2023,
/// arXiv 2211.14730, section 3.2).
/// </summary>
public sealed class PatchTstPretraining : SeriesPretraining
{
    private readonly Patching _patching;
    private readonly int _maskedPatches;

    internal PatchTstPretraining(
        Patching patching, ReversibleInstanceNorm? norm, PatchTstBackbone backbone, PatchTstOptions options, double maskRatio)
    {
        if (options.Stride < options.PatchLength)
            throw new UserException(
                "Patches must not overlap, or each shows what is hidden of its neighbours: "
                + $"expected a stride of at least the patch length of {options.PatchLength}, found {options.Stride}.");
        _patching = patching;
        _maskedPatches = patching.Count - (int)(patching.Count * (1 - maskRatio));
        if (_maskedPatches == 0 || _maskedPatches == patching.Count)
            throw new UserException($"A mask ratio of {maskRatio} hides {_maskedPatches} of {patching.Count} patches; expected some, and not all.");
        (Norm, Backbone) = (norm, backbone);
        Head = new PatchReconstructionHead(options.Width, options.PatchLength, options.FeatureDropout);
    }

    private ReversibleInstanceNorm? Norm { get; }

    private PatchTstBackbone Backbone { get; }

    private PatchReconstructionHead Head { get; }

    /// <summary>Hides patches and restores them.</summary>
    /// <param name="series">(batch, lookback, variates).</param>
    public PatchReconstruction Call(Tensor series)
    {
        using var scope = new TensorScope(this);
        var patches = _patching.Cut(Norm is null ? series : Norm.Normalize(series).Normalized);
        var masked = DrawMask(patches);
        var restored = Head.Call(Backbone.Call(patches * (1 - masked).Unsqueeze(-1)));
        // A scale that the normalisation learns must not make the task easy by making the patches small.
        return new PatchReconstruction(scope.Keep(patches.Detach()), scope.Keep(masked), scope.Keep(restored));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor series)
    {
        var (patches, masked, restored) = Call(series);
        var errors = (restored - patches).Square().Mean([-1]);
        return (errors * masked).Sum() / masked.Sum();
    }

    /// <summary>In every series the patches of the largest random numbers, so that their count is always the same.</summary>
    private Tensor DrawMask(Tensor patches)
    {
        var numbers = RandomDraws.Uniform([patches.Size(0), patches.Size(1), patches.Size(2)], patches);
        var (_, largest) = numbers.TopK(_maskedPatches, sorted: false);
        return numbers.ZerosLike().Scatter(-1, largest, 1);
    }

    /// <summary>Restores each patch from its token.</summary>
    private sealed class PatchReconstructionHead(long width, long patchLength, double dropout) : TensorModule
    {
        private Dropout Dropout { get; } = new(dropout);

        private Linear Patch { get; } = new(width, patchLength);

        protected override Tensor Forward(Tensor input) => Patch.Call(Dropout.Call(input));
    }
}
