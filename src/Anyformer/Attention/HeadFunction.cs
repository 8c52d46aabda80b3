using Anyformer.Attention.Softmax;
using Anyformer.Positions;
using Anyformer.Recipes;

namespace Anyformer.Attention;

/// <summary>What attends within each head: an attention function, what changes its scores, and the positions worked into it.</summary>
/// <param name="Function">The attention function.</param>
/// <param name="Scores">What changes the scores or weights, in order; only the softmax has such.</param>
/// <param name="Position">Positions that work on queries and keys, or on scores; null for none.</param>
public sealed record HeadFunction(Part<AttentionFunction> Function, ValueList<Part<ScoreModifier>> Scores, Part<PositionEncoding>? Position)
{
    /// <summary>The id of the one function that has scores to be changed.</summary>
    private const string Softmax = "softmax";

    /// <summary>The softmax, with the positions of a mixer.</summary>
    public static HeadFunction OfSoftmax(Part<PositionEncoding>? position) => new(Part<AttentionFunction>.Of(Softmax), [], position);

    /// <summary>Whether it is the softmax and nothing else.</summary>
    internal bool IsPlainSoftmax => Function.Kind == Softmax && Scores.Count == 0 && Position is null;

    /// <summary>The function with everything that belongs to it.</summary>
    /// <param name="shape">The sizes of the heads.</param>
    /// <param name="valueWidth">Width of a head's values; null for that of its queries and keys.</param>
    /// <exception cref="UserException">The parts do not go together.</exception>
    public AttentionFunction Build(AttentionShape shape, int? valueWidth = null)
    {
        var function = BuildCore(shape, valueWidth ?? shape.HeadWidth);
        return TurningPositions(shape) is { } positions ? new PositionedAttention(function, positions) : function;
    }

    /// <summary>The function without the positions that are worked into queries and keys, for heads that change both before it.</summary>
    /// <param name="shape">The sizes of what it attends with.</param>
    /// <param name="valueWidth">Width of a head's values.</param>
    internal AttentionFunction BuildCore(AttentionShape shape, int valueWidth)
    {
        var modifiers = Scores.Select(part => part.Build(shape)).ToList();
        if (BuildPosition(shape) is PositionBias bias)
            modifiers.Add(bias.Modifier);
        if (modifiers.Count == 0)
            return BuildFunction(shape, valueWidth);
        var changing = Scores.Count > 0 ? Scores[0].Kind : Position!.Kind;
        return Function.Kind == Softmax ? new ModifiedAttention(modifiers, shape.Dropout)
            : throw new UserException($"'{changing}' changes attention scores and '{Function.Kind}' gives none to change; with it, the function must be softmax.");
    }

    /// <summary>The positions that are worked into queries and keys; null for none.</summary>
    internal PositionEncoding? TurningPositions(AttentionShape shape) =>
        BuildPosition(shape) is { Place: PositionPlace.QueriesAndKeys } positions ? positions : null;

    private AttentionFunction BuildFunction(AttentionShape shape, int valueWidth)
    {
        if (Function.Kind == Softmax || valueWidth == shape.HeadWidth)
            return Function.Build(shape);
        var width = Math.Max(shape.HeadWidth, valueWidth);
        return new EvenWidths(Function.Build(shape with { HeadWidth = width }), width);
    }

    private PositionEncoding? BuildPosition(AttentionShape shape)
    {
        var positions = Position?.Build(new PositionShape(shape.Tokens ?? 0, shape.Heads * shape.HeadWidth, shape.HeadWidth, shape.Heads));
        return positions?.Place != PositionPlace.Tokens || positions is null ? positions
            : throw new UserException($"Positions of kind '{Position!.Kind}' are added to tokens before the first block, they cannot be worked into attention.");
    }
}
