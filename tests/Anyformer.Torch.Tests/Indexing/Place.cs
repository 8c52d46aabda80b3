namespace Anyformer.Torch.Tests.Indexing;

/// <summary>One place of an index, as the tests' model sees it.</summary>
public abstract record Place
{
    /// <summary>The same for the tensor under test.</summary>
    public abstract TensorIndex ToIndex();

    public sealed record Position(long Value, bool FromEnd = false) : Place
    {
        public override TensorIndex ToIndex() => FromEnd ? new Index((int)Value, fromEnd: true) : Value;

        public override string ToString() => FromEnd ? $"^{Value}" : $"{Value}";
    }

    public sealed record Span(Range Range) : Place
    {
        public override TensorIndex ToIndex() => Range;

        public override string ToString() => Range.ToString();
    }

    public sealed record Slice(long Start, long? Stop, long Step) : Place
    {
        public override TensorIndex ToIndex() => TensorIndex.Slice(Start, Stop, Step);

        public override string ToString() => $"{Start}:{Stop}:{Step}";
    }

    public sealed record Ellipsis : Place
    {
        public override TensorIndex ToIndex() => TensorIndex.Ellipsis;

        public override string ToString() => "...";
    }

    public sealed record NewAxis : Place
    {
        public override TensorIndex ToIndex() => TensorIndex.NewAxis;

        public override string ToString() => "new";
    }

    public sealed record Positions(long[] Shape, long[] Values) : Place
    {
        public override TensorIndex ToIndex() => Tensor.From<long>(Values.AsSpan(), Shape);

        public override string ToString() => $"positions[{string.Join(",", Shape)}]({string.Join(",", Values)})";
    }

    public sealed record Mask(long[] Shape, bool[] Values) : Place
    {
        public override TensorIndex ToIndex() => Tensor.From<bool>(Values.AsSpan(), Shape);

        public override string ToString() => $"mask[{string.Join(",", Shape)}]({string.Join(",", Values.Select(value => value ? 1 : 0))})";
    }
}
