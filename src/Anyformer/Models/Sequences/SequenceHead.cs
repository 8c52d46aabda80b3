using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Sequences;

/// <summary>Scores of classes from the vectors of sequences: an MLP with one hidden layer; for pairs, whose vectors it joins, with two.</summary>
internal sealed class SequenceHead : TensorModule
{
    private readonly bool _pairs;
    private readonly bool _interaction;

    internal SequenceHead(SequenceShape shape, LongRangeEncoderOptions options)
    {
        (_pairs, _interaction) = (shape.Pairs, options.Interaction);
        var hidden = options.FeedForwardWidth;
        First = new Linear(options.Width * (shape.Pairs ? options.Interaction ? 4 : 2 : 1), hidden);
        Second = shape.Pairs ? new Linear(hidden, hidden / 2) : null;
        Output = new Linear(shape.Pairs ? hidden / 2 : hidden, shape.Classes);
    }

    private Linear First { get; }

    private Linear? Second { get; }

    private Linear Output { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var hidden = First.Call(_pairs ? Join(input) : input).Relu();
        return Output.Call(Second is null ? hidden : Second.Call(hidden).Relu());
    }

    private Tensor Join(Tensor input)
    {
        var both = input.Chunk(2, 0);
        var (first, second) = (both[0], both[1]);
        return Functional.Cat(_interaction ? [first, second, first * second, first - second] : [first, second], -1);
    }
}
