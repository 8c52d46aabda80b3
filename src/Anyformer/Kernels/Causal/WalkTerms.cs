using System.Numerics;

namespace Anyformer.Kernels.Causal;

/// <summary>What a <see cref="CausalWalk{T, TVector, TLanes}"/> reads and writes: all of as many samples, heads and tokens.</summary>
/// <typeparam name="T">Element.</typeparam>
/// <param name="Pairs">Samples times heads.</param>
/// <param name="Queries">What asks, (batch, heads, tokens, features).</param>
/// <param name="Keys">What answers, (batch, heads, tokens, features).</param>
/// <param name="Values">What is summed, (batch, heads, tokens, value width).</param>
/// <param name="Sums">Gets the result, (batch, heads, tokens, value width).</param>
internal sealed record WalkTerms<T>(int Pairs, Rows<T> Queries, Rows<T> Keys, Rows<T> Values, Rows<T> Sums) where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>One feature more of every query, (batch, heads, tokens, 1), where there is one.</summary>
    internal Rows<T>? LastQueryFeature { get; init; }

    /// <summary>One feature more of every key, (batch, heads, tokens, 1), where queries have one.</summary>
    internal Rows<T>? LastKeyFeature { get; init; }

    /// <summary>Gets the sums of each query's weights, (batch, heads, tokens, 1), where they are asked for.</summary>
    internal Rows<T>? Weights { get; init; }

    /// <summary>Whether a token meets itself and those after it, instead of those before it.</summary>
    internal bool IsOverFuture { get; init; }

    /// <summary>Features of queries and keys.</summary>
    internal int Features => Queries.Width + (LastQueryFeature is null ? 0 : 1);

    /// <summary>A pair, with some columns of its values.</summary>
    internal WalkHead<T> Head(int pair, int firstColumn, int columns) => new(
        Block(Queries, pair), Block(Keys, pair), Block(Values, pair).Columns(firstColumn, columns), Block(Sums, pair).Columns(firstColumn, columns),
        LastQueryFeature is { } query ? Block(query, pair) : null, LastKeyFeature is { } key ? Block(key, pair) : null);

    /// <summary>The rows of a pair in the order of the walk.</summary>
    internal RowBlock<T> Block(Rows<T> rows, int pair) => IsOverFuture ? rows.Block(pair).Reversed : rows.Block(pair);
}
