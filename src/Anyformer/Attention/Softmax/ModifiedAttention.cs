using Anyformer.Inspection;
using Anyformer.Kernels.Fused;
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
        return Fused(queries, keys, values, mask) ?? Compose(queries, keys, values, mask);
    }

    /// <summary>The attention by a kernel, where nobody looks on and modifiers only add to scores; null else.</summary>
    private Tensor? Fused(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        if (Recorder.IsListening)
            return null;
        Tensor? bias = null;
        foreach (var modifier in Modifiers)
        {
            if (modifier.AddedScores(queries, keys) is not { } added)
                return null;
            bias = bias is null ? added : bias + added;
        }

        return ScaledDotProduct.Attend(queries, keys, values, FusedMask.Of(mask), Dropout.CurrentProbability, bias, _scale);
    }

    /// <summary>The attention as a composition of operators: for any modifiers, and the reference of the kernel.</summary>
    internal Tensor Compose(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
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
