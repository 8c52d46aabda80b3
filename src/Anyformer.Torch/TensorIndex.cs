namespace Anyformer.Torch;

/// <summary>
/// One place inside <c>tensor[...]</c>: an integer (negative counts from the end), a range (<c>1..3</c>, <c>..</c> for a whole dimension, <c>^2..</c>),
/// <see cref="Slice"/> with a step, <see cref="Ellipsis"/> for as many whole dimensions as are left, <see cref="NewAxis"/>, a tensor of
/// integer positions, or a mask of truth values.
/// </summary>
public readonly struct TensorIndex
{
    private TensorIndex(IndexKind kind, long start = 0, long? stop = null, long step = 1, Tensor? tensor = null, Range range = default)
    {
        Kind = kind;
        Start = start;
        Stop = stop;
        Step = step;
        Tensor = tensor;
        Range = range;
    }

    /// <summary>As many whole dimensions as the other places leave.</summary>
    public static TensorIndex Ellipsis => new(IndexKind.Ellipsis);

    /// <summary>A new dimension of size 1.</summary>
    public static TensorIndex NewAxis => new(IndexKind.NewAxis);

    internal IndexKind Kind { get; }

    internal long Start { get; }

    internal long? Stop { get; }

    internal long Step { get; }

    internal Tensor? Tensor { get; }

    internal Range Range { get; }

    /// <summary>The positions from <paramref name="start"/> up to, not including, <paramref name="stop"/>, every <paramref name="step"/>-th.</summary>
    public static TensorIndex Slice(long start = 0, long? stop = null, long step = 1) => new(IndexKind.Slice, start, stop, step);

    /// <summary>One position; the dimension disappears.</summary>
    public static implicit operator TensorIndex(int position) => new(IndexKind.Position, position);

    /// <summary>One position; the dimension disappears.</summary>
    public static implicit operator TensorIndex(long position) => new(IndexKind.Position, position);

    /// <summary>One position, from the end when written with <c>^</c>; the dimension disappears.</summary>
    public static implicit operator TensorIndex(Index position) => new(IndexKind.Position, position.IsFromEnd ? -position.Value : position.Value);

    /// <summary>A range of positions.</summary>
    public static implicit operator TensorIndex(Range range) => new(IndexKind.Range, range: range);

    /// <summary>Positions, or a mask.</summary>
    public static implicit operator TensorIndex(Tensor tensor) => new(IndexKind.Tensor, tensor: tensor);
}

internal enum IndexKind
{
    Position,
    Range,
    Slice,
    Ellipsis,
    NewAxis,
    Tensor,
}
