using Anyformer.Attention.Axes;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>One scale of <see cref="Crossformer"/>'s encoder: merges segments, except on the finest scale, and attends in two stages.</summary>
public sealed class CrossformerScale(SegmentMerging? merging, TwoStageAttention attention) : Module
{
    private SegmentMerging? Merging { get; } = merging;

    private TwoStageAttention Attention { get; } = attention;

    /// <summary>The segments of this scale.</summary>
    /// <param name="grid">The next finer scale, (variates, batch, segments, width).</param>
    public Tensor Call(Tensor grid)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Attention.CallGrid(Merging?.Call(grid) ?? grid));
    }
}
