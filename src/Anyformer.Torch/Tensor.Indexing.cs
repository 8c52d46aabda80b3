using System.Runtime.CompilerServices;

namespace Anyformer.Torch;

public partial class Tensor
{
    /// <summary>
    /// Part of the tensor, by PyTorch's rules: positions, ranges, <see cref="TensorIndex.Ellipsis"/> and new axes give a view, tensors of positions
    /// and masks a copy. Setting writes into the tensor, broadcasting the value.
    /// </summary>
    /// <exception cref="TorchException">A position outside its dimension.</exception>
    /// <exception cref="ArgumentException">More places than dimensions, or a second ellipsis.</exception>
    [IndexerName("Element")]
    public Tensor this[params ReadOnlySpan<TensorIndex> places]
    {
        get
        {
            using var scope = new TensorScope();
            var (view, tensors) = ViewOf(places);
            return scope.Keep(tensors is null ? view.IsSame(this) ? view.Alias() : view : view.Index(tensors));
        }
        set
        {
            using var scope = new TensorScope();
            var (view, tensors) = ViewOf(places);
            if (tensors is null)
                view.CopyInPlace(value);
            else
                view.IndexPutInPlace(tensors, value);
        }
    }

    private bool IsSame(Tensor other) => ReferenceEquals(this, other);

    /// <summary>Applies everything that gives a view, and collects the tensors that are left, each at its dimension of that view.</summary>
    private (Tensor View, Tensor?[]? Tensors) ViewOf(ReadOnlySpan<TensorIndex> places)
    {
        var view = this;
        List<Tensor?>? tensors = null;
        var dimension = 0;
        var whole = WholeDimensions(places);
        foreach (var place in places)
        {
            switch (place.Kind)
            {
                case IndexKind.Position:
                    view = view.Select(dimension, place.Start);
                    break;
                case IndexKind.Range:
                    view = view.SliceRange(dimension++, place.Range);
                    break;
                case IndexKind.Slice:
                    view = view.Slice(dimension++, place.Start, place.Stop, place.Step);
                    break;
                case IndexKind.Ellipsis:
                    dimension += whole;
                    break;
                case IndexKind.NewAxis:
                    view = view.Unsqueeze(dimension++);
                    break;
                default:
                    tensors ??= [];
                    while (tensors.Count < dimension)
                        tensors.Add(null);
                    tensors.Add(place.Tensor!);
                    dimension += ConsumedBy(place);
                    break;
            }
        }

        return (view, tensors?.ToArray());
    }

    private Tensor SliceRange(int dimension, Range range)
    {
        if (range.Equals(Range.All))
            return this;
        var size = Size(dimension);
        return Slice(dimension, FromStart(range.Start, size), FromStart(range.End, size), 1);
    }

    private static long FromStart(Index index, long size) => index.IsFromEnd ? Math.Max(0, size - index.Value) : index.Value;

    private int WholeDimensions(ReadOnlySpan<TensorIndex> places)
    {
        var consumed = 0;
        var ellipses = 0;
        foreach (var place in places)
        {
            consumed += ConsumedBy(place);
            ellipses += place.Kind == IndexKind.Ellipsis ? 1 : 0;
        }

        if (ellipses > 1)
            throw new ArgumentException($"An index may hold one ellipsis, {ellipses} were given.");
        if (consumed > Dimensions)
            throw new ArgumentException($"The index names {consumed} dimensions, the tensor has {Dimensions}.");
        return Dimensions - consumed;
    }

    private static int ConsumedBy(in TensorIndex place) => place.Kind switch
    {
        IndexKind.Ellipsis or IndexKind.NewAxis => 0,
        IndexKind.Tensor when place.Tensor!.DType is DType.Bool or DType.UInt8 => place.Tensor.Dimensions,
        _ => 1,
    };
}
