using System.Numerics;

namespace Anyformer.Kernels.Causal;

/// <summary>The rows of one (batch, head) pair, in the order of the walk.</summary>
/// <typeparam name="T">Element.</typeparam>
/// <param name="Queries">What asks.</param>
/// <param name="Keys">What answers.</param>
/// <param name="Values">What is summed.</param>
/// <param name="Sums">Get the result.</param>
/// <param name="LastQueryFeature">One feature more of every query, where there is one.</param>
/// <param name="LastKeyFeature">One feature more of every key, where queries have one.</param>
internal readonly record struct WalkHead<T>(
    RowBlock<T> Queries, RowBlock<T> Keys, RowBlock<T> Values, RowBlock<T> Sums, RowBlock<T>? LastQueryFeature, RowBlock<T>? LastKeyFeature)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Tokens of the head.</summary>
    internal int Tokens => Queries.Count;

    /// <summary>Asks for tokens that come next: where heads are joined, their rows lie too far apart for the processor to guess.</summary>
    internal void Prefetch(int first, int count)
    {
        Queries.Rows(first, count).Prefetch();
        Keys.Rows(first, count).Prefetch();
        Values.Rows(first, count).Prefetch();
    }
}
