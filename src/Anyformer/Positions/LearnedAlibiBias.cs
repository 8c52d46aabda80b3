using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>
/// ALiBi whose slopes are learned, as exponentials so that they stay above 0; they begin at those of <see cref="AlibiBias"/> (x-transformers).
/// </summary>
[Formula("S'_ij = S_ij - exp(s_a) |i - j|", Where = "S': (batch, heads, queries, keys); s: learned, (heads); a: head")]
[Method("alibi-learned", "ALiBi with learned slopes", Family.RelativePositions, 2022,
    Paper = "Press, Smith, Lewis, Train Short, Test Long: Attention with Linear Biases Enables Input Length Extrapolation, ICLR 2022, arXiv 2108.12409",
    Complexity = "O(tokens²)", System = "positions")]
public sealed class LearnedAlibiBias : DistanceBias
{
    private readonly int _heads;

    /// <summary>Slopes for heads.</summary>
    /// <exception cref="UserException">More heads have a slope than there are.</exception>
    public LearnedAlibiBias(AttentionShape shape, AlibiBiasOptions options)
    {
        _heads = shape.Heads;
        var slopes = AlibiBias.SlopesOf(AlibiBias.CheckedHeads(shape, options));
        using var scope = new TensorScope();
        LogSlopes = new Parameter(Tensor.From<float>([.. slopes.Select(slope => (float)Math.Log(slope))]));
    }

    /// <summary>(heads that have a slope).</summary>
    private Parameter LogSlopes { get; }

    /// <inheritdoc/>
    protected override Tensor OfDistances(Tensor distances) => AlibiBias.Line(LogSlopes.Exp(), distances, _heads);
}
