using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Softmax;

/// <summary>
/// Scaled dot-product attention whose scores and weights pass through modifiers, in order. A query that sees no key has weights of 0.
/// Records <c>weights</c>, (batch, heads, queries, keys), for inspection.
/// </summary>
public sealed class ModifiedAttention : AttentionFunction
{
    private readonly double? _scale;

    /// <summary>Attention with modifiers.</summary>
    /// <param name="modifiers">What changes scores and weights.</param>
    /// <param name="dropout">Probability of dropout on weights.</param>
    /// <param name="scale">What products of queries and keys are multiplied by; null for one over the root of the head width.</param>
    public ModifiedAttention(IEnumerable<ScoreModifier> modifiers, double dropout = 0, double? scale = null)
    {
        _scale = scale;
        Modifiers = new ModuleList<ScoreModifier>(modifiers);
        Dropout = new Dropout(dropout);
    }

    /// <inheritdoc/>
    public override bool ReadsOn => Modifiers.All(modifier => modifier.ReadsOn);

    private ModuleList<ScoreModifier> Modifiers { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        if (mask is { IsCausal: true } && Modifiers.FirstOrDefault(modifier => modifier.SeesAllKeys) is { } seeing)
            throw new UserException($"{seeing.GetType().Name} changes scores by what it sees of all keys, later ones too, so it has no causal form.");
        var scores = (queries * (_scale ?? 1 / Math.Sqrt(queries.Size(-1)))).MatMul(keys.Transpose(-2, -1));
        foreach (var modifier in Modifiers)
            scores = modifier.CallScores(scores, queries, keys);
        var visible = mask?.Table(queries.Size(2), keys.Size(2), queries.Device);
        var weights = visible is null ? scores.Softmax(-1) : MaskedSoftmax.Of(scores, visible);
        Recorder.Record(this, "weights", weights);
        weights = Dropout.Call(weights);
        foreach (var modifier in Modifiers)
            weights = modifier.CallWeights(weights);
        return weights.MatMul(values);
    }
}
