using System.Collections.Immutable;
using Anyformer.Torch;

namespace Anyformer.Tasks;

/// <summary>What scores say in words.</summary>
internal static class LikeliestClasses
{
    /// <summary>The likeliest classes of each row with their probabilities, the likeliest first.</summary>
    /// <param name="scores">(rows, classes).</param>
    /// <param name="names">The names of the classes, in the order of the scores.</param>
    /// <param name="count">How many of each row, at most all there are.</param>
    internal static IReadOnlyList<IReadOnlyList<(string Class, double Probability)>> Of(Tensor scores, ImmutableArray<string> names, int count)
    {
        using var scope = new TensorScope();
        count = Math.Min(count, names.Length);
        var (values, order) = scores.To(DType.Float64).Softmax(-1).TopK(count);
        var (probabilities, classes) = (values.ToArray<double>().Chunk(count), order.ToArray<long>().Chunk(count));
        return [.. classes.Zip(probabilities, (row, shares) => (IReadOnlyList<(string, double)>)[.. row.Zip(shares, (index, share) => (names[(int)index], share))])];
    }
}
