using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>
/// Joins every few adjacent segments to one on a coarser scale (Zhang and Yan, ICLR 2023, section 3.3):
/// (..., segments, width) to (..., ceil(segments / window), width). A last window that is not full is filled with the last segments again.
/// </summary>
public sealed class SegmentMerging(int window, int width) : TensorModule
{
    private LayerNorm Norm { get; } = new(window * width);

    private Linear Projection { get; } = new(window * width, width);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var filled = Fill(input);
        long[] joined = [.. input.Shape[..^2], filled.Size(-2) / window, window * input.Size(-1)];
        return Projection.Call(Norm.Call(filled.Reshape(joined)));
    }

    /// <summary>Segments of which there are fewer than are missing are repeated as often as it takes.</summary>
    private Tensor Fill(Tensor segments)
    {
        var count = (int)segments.Size(-2);
        var missing = (window - count % window) % window;
        if (missing == 0)
            return segments;
        var rest = segments.Narrow(-2, count - missing % count, missing % count);
        return Functional.Cat([segments, rest, .. Enumerable.Repeat(segments, missing / count)], -2);
    }
}
