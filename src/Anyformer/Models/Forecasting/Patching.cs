using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>What becomes of steps that fill no patch.</summary>
public enum PatchFit
{
    /// <summary>The last step is repeated, one stride long, and begins a further patch; what still fills none is left out.</summary>
    RepeatLast,
    /// <summary>Steps at the end are left out.</summary>
    DropLast,
    /// <summary>Steps at the beginning are left out.</summary>
    DropFirst,
}

/// <summary>Cuts histories into patches of consecutive steps, one every stride, which may overlap.</summary>
public sealed class Patching
{
    private readonly int _lookback;
    private readonly int _stride;
    private readonly PatchFit _fit;

    /// <summary>A way to cut.</summary>
    /// <param name="lookback">Steps of a history.</param>
    /// <param name="length">Steps of a patch.</param>
    /// <param name="stride">Steps from one patch to the next.</param>
    /// <param name="fit">What becomes of steps that fill no patch.</param>
    /// <exception cref="UserException">Not a single patch fits.</exception>
    public Patching(int lookback, int length, int stride, PatchFit fit)
    {
        (_lookback, Length, _stride, _fit) = (lookback, length, stride, fit);
        if (Steps < length)
            throw new UserException($"The look-back must hold a patch of {length} steps, found a look-back of {lookback}"
                + (fit == PatchFit.RepeatLast ? $" and a stride of {stride}." : "."));
        Count = (Steps - length) / stride + 1;
    }

    /// <summary>Steps of a patch.</summary>
    public int Length { get; }

    /// <summary>Patches of a history.</summary>
    public int Count { get; }

    private int Steps => _fit == PatchFit.RepeatLast ? _lookback + _stride : _lookback;

    /// <summary>The patches, (batch, variates, patches, length).</summary>
    /// <param name="series">(batch, lookback, variates).</param>
    public Tensor Cut(Tensor series)
    {
        using var scope = new TensorScope();
        var histories = series.Transpose(1, 2);
        if (_fit == PatchFit.RepeatLast)
            histories = histories.ReplicationPad1d([0, _stride]);
        var left = _lookback - Length - (Count - 1) * _stride;
        if (_fit == PatchFit.DropFirst)
            histories = histories[.., .., left..];
        return scope.Keep(histories.Unfold(2, Length, _stride));
    }
}
