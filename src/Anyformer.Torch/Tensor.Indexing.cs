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
                view.CopyInPlace(WithoutLeadingOnes(value));
            else
                view.IndexPutInPlace(tensors, WithoutLeadingOnes(value));
        }
    }

    private bool IsSame(Tensor other) => ReferenceEquals(this, other);

    /// <summary>Applies everything that gives a view, and collects the tensors that are left, each at its dimension of that view.</summary>
    private (Tensor View, Tensor?[]? Tensors) ViewOf(ReadOnlySpan<TensorIndex> places)
    {
        var view = this;
        var tensors = new List<Tensor?>();
        var dimension = 0;
        var whole = WholeDimensions(places);
        foreach (var place in places)
        {
            if (place.Kind == IndexKind.Ellipsis)
                dimension += whole;
            else
                view = view.ViewAt(ref dimension, place, tensors);
        }

        return (view, tensors.Count == 0 ? null : tensors.ToArray());
    }

    /// <summary>Applies one place at a dimension, and moves on to the dimension behind it.</summary>
    private Tensor ViewAt(ref int dimension, in TensorIndex place, List<Tensor?> tensors)
    {
        switch (place.Kind)
        {
            case IndexKind.Position:
                return Select(dimension, place.Start);
            case IndexKind.Range:
                return SliceRange(dimension++, place.Range);
            case IndexKind.Slice:
                return Slice(dimension++, place.Start, place.Stop, place.Step);
            case IndexKind.NewAxis:
                return Unsqueeze(dimension++);
            case IndexKind.Tensor when place.Tensor!.Dimensions == 0 && !place.Tensor.IsMask:
                return Select(dimension, place.Tensor.Item<long>());
            case IndexKind.Tensor when place.Tensor!.Dimensions == 0:
                var view = Unsqueeze(dimension);
                AddAt(ref dimension, place.Tensor.Reshape([1]), tensors);
                return view;
            default:
                AddAt(ref dimension, place.Tensor!, tensors);
                return this;
        }
    }

    /// <summary>Puts positions or a mask at a dimension; every tensor in the list stands for as many dimensions as it takes.</summary>
    private static void AddAt(ref int dimension, Tensor positions, List<Tensor?> tensors)
    {
        for (var covered = tensors.Sum(DimensionsOf); covered < dimension; covered++)
            tensors.Add(null);
        tensors.Add(positions);
        dimension += DimensionsOf(positions);
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
        _ => DimensionsOf(place.Tensor),
    };

    /// <summary>A mask names as many dimensions as it has, anything else one.</summary>
    private static int DimensionsOf(Tensor? place) => place is { IsMask: true } ? place.Dimensions : 1;

    private bool IsMask => DType is DType.Bool or DType.UInt8;

    /// <summary>As PyTorch does it, a value may have more dimensions than its place, as long as they are of size 1 and in front.</summary>
    private static Tensor WithoutLeadingOnes(Tensor value)
    {
        var shape = value.Shape;
        var ones = shape.TakeWhile(static size => size == 1).Count();
        return ones == 0 ? value : value.Reshape(shape[ones..]);
    }
}
