using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>
/// Mixes inside windows of a map, (batch, height, width, channels) to the same. The map may be shifted up and to the left before it is cut,
/// with what falls off put below and to the right, so that windows reach over the borders of those of the layer before (Liu et al., ICCV 2021,
/// arXiv 2103.14030, section 3.2).
/// </summary>
internal sealed class ShiftedWindows : TensorModule
{
    private readonly ImageWindows _windows;
    private readonly long _shift;

    /// <param name="window">Places along each side of a window.</param>
    /// <param name="shift">Places that the map is shifted.</param>
    /// <param name="mixer">Mixes windows, (batch x windows, window, window, channels) to the same.</param>
    internal ShiftedWindows(long window, long shift, TensorModule mixer) =>
        (_windows, _shift, Mixer) = (new ImageWindows(window, window), shift, mixer);

    private TensorModule Mixer { get; }

    /// <summary>
    /// What is added to scores in the windows of a shifted map: -100 between places that were not neighbours before, (windows, places,
    /// places). The map is padded to a multiple of the window first.
    /// </summary>
    internal static Tensor Mask(long height, long width, long window, long shift)
    {
        using var scope = new TensorScope();
        var (rows, columns) = (Regions(height, window, shift), Regions(width, window, shift));
        var regions = (rows.Unsqueeze(1) * 3 + columns).View([1, rows.Size(0), columns.Size(0), 1]);
        var places = new ImageWindows(window, window).Split(regions).Flatten(1);
        var apart = places.Unsqueeze(1).Ne(places.Unsqueeze(2));
        return scope.Keep(apart.To(DType.Float32) * -100);
    }

    protected override Tensor Forward(Tensor input)
    {
        var padded = _windows.Pad(input);
        var shifted = _shift > 0 ? padded.Roll([-_shift, -_shift], [1, 2]) : padded;
        var mixed = _windows.Join(Mixer.Call(_windows.Split(shifted)), padded.Size(1), padded.Size(2));
        var back = _shift > 0 ? mixed.Roll([_shift, _shift], [1, 2]) : mixed;
        return back.Narrow(1, 0, input.Size(1)).Narrow(2, 0, input.Size(2));
    }

    /// <summary>Which rows lie together: those before the last window, those of it before the shift, and those that came from the other
    /// side.</summary>
    private static Tensor Regions(long size, long window, long shift)
    {
        var padded = (size + window - 1) / window * window;
        return Tensor.From<long>([.. Enumerable.Range(0, (int)padded).Select(i => i < padded - window ? 0L : i < padded - shift ? 1 : 2)]);
    }
}
