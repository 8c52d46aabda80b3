using Anyformer.Modules;

namespace Anyformer.Attention.Windows;

/// <summary>The sizes and choices of a <see cref="GlobalLocalAttention"/>.</summary>
internal sealed record GlobalLocalShape(int LongWidth, int GlobalWidth, int Heads, int Radius)
{
    /// <summary>Kinds of labels of pairs; null for none.</summary>
    public int? Labels { get; init; }

    /// <summary>Input projections that are the same.</summary>
    public ProjectionSharing Sharing { get; init; }

    /// <summary>Whether both streams have the same output projection.</summary>
    public bool SharesOutput { get; init; }

    /// <summary>Probability of dropout on weights.</summary>
    public double Dropout { get; init; }
}

/// <summary>Attention of two streams to themselves and each other: a long one, which sees itself within a radius, and a global one, which sees all.</summary>
internal sealed class GlobalLocalAttention : Module
{
    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">A width is no multiple of the heads, or streams of different widths are to share projections.</exception>
    internal GlobalLocalAttention(GlobalLocalShape shape)
    {
        var (ofLong, ofGlobal) = StreamProjections.Pair(shape.LongWidth, shape.GlobalWidth, shape.Sharing, shape.SharesOutput);
        Long = new StreamAttention(ofLong, shape.Heads, shape.Labels, shape.Radius, shape.Dropout);
        Global = new StreamAttention(ofGlobal, shape.Heads, shape.Labels, radius: null, shape.Dropout);
    }

    /// <summary>What long tokens get.</summary>
    internal StreamAttention Long { get; }

    /// <summary>What global tokens get.</summary>
    internal StreamAttention Global { get; }
}
