using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Options of <see cref="AlibiBias"/> and <see cref="LearnedAlibiBias"/>.</summary>
public sealed record AlibiBiasOptions
{
    /// <summary>How many heads have a slope, the first ones; the others see every distance alike. Null for all.</summary>
    [Description("how many heads have a slope, the first ones; all when left out"), Range(1, 1 << 20)]
    public int? SlopedHeads { get; init; }
}

/// <summary>Takes from scores the distance times a slope, which each head has its own of (Press, Smith and Lewis, ICLR 2022, arXiv 2108.12409).</summary>
[Formula(
    "S'_ij = S_ij - m_a |i - j|, m_a = 2^(-8 a / h)",
    Where = "S': (batch, heads, queries, keys); m: slope of a head; a: head, from 1; "
        + "h: number of heads, a power of two, others fill in between")]
[Method("alibi", "ALiBi", Family.RelativePositions, 2022,
    Paper = "Press, Smith, Lewis, Train Short, Test Long: Attention with Linear Biases Enables Input Length Extrapolation, ICLR 2022, arXiv 2108.12409",
    Complexity = "O(tokens²)", System = "positions")]
public sealed class AlibiBias : DistanceBias
{
    private readonly int _heads;

    /// <summary>Slopes for heads.</summary>
    /// <exception cref="UserException">More heads have a slope than there are.</exception>
    public AlibiBias(AttentionShape shape, AlibiBiasOptions options)
    {
        _heads = shape.Heads;
        Slopes = Tensor.From<float>([.. SlopesOf(CheckedHeads(shape, options)).Select(slope => (float)slope)]).OutliveScopes();
    }

    /// <summary>What a step of distance takes from the scores of a head: (heads that have a slope).</summary>
    [Buffer(Persistent = false)]
    public Tensor Slopes { get; }

    /// <inheritdoc/>
    protected override Tensor OfDistances(Tensor distances) => Line(Slopes, distances, _heads);

    /// <summary>
    /// <c>2^(-8 / heads)</c> and its powers when the heads are a power of two; else those of the next lower power of two, and then every other of
    /// the next higher.
    /// </summary>
    internal static IEnumerable<double> SlopesOf(int heads)
    {
        static IEnumerable<double> Powers(int count) => Enumerable.Range(1, count).Select(head => Math.Pow(2, -8.0 * head / count));
        var power = 1 << (int)Math.Log2(heads);
        return Powers(power).Concat(Powers(2 * power).Where((_, index) => index % 2 == 0).Take(heads - power));
    }

    internal static int CheckedHeads(AttentionShape shape, AlibiBiasOptions options) =>
        options.SlopedHeads is not { } sloped || sloped <= shape.Heads ? options.SlopedHeads ?? shape.Heads
            : throw new UserException($"There cannot be more heads with a slope than heads, found {sloped} and {shape.Heads}.");

    /// <summary>The falling lines, and zeros for the heads that have no slope.</summary>
    internal static Tensor Line(Tensor slopes, Tensor distances, int heads)
    {
        var lines = -slopes.Unsqueeze(-1) * distances.Abs().To(slopes.DType);
        return heads == slopes.Size(0) ? lines : lines.ConstantPadNd([0, 0, 0, heads - slopes.Size(0)]);
    }
}
