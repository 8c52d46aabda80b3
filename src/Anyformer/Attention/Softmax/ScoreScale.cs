using System.ComponentModel;
using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Attention.Softmax;

/// <summary>Options of <see cref="ScoreScale"/>.</summary>
public sealed record ScoreScaleOptions
{
    /// <summary>Whether products of queries and keys are divided by the root of the head width.</summary>
    [Description("products of queries and keys are divided by the root of the head width")]
    public bool DividesByWidth { get; init; } = true;

    /// <summary>Whether they are divided by the number of the layer, from 1.</summary>
    [Description("products of queries and keys are divided by the number of the layer, from 1")]
    public bool DividesByLayer { get; init; } = true;
}

/// <summary>
/// Scores that deep layers divide by their number, which keeps training in half precision from overflowing (Karamcheti et al. 2021, Mistral), or that no
/// layer divides by the root of the head width; both are options of GPT-2 in Hugging Face's transformers.
/// </summary>
[Formula(
    "S' = S / l, or S √d, or both",
    Where = "S': (batch, heads, queries, keys); l: number of the layer, from 1")]
[Method("score-scale", "Scores scaled by layer", Family.SoftmaxAttention, 2021, System = "gpt2",
    Paper = "Karamcheti, Orr, Bolton, Zhang, Goel, Narayan, Bommasani, Narayanan, Hashimoto, Jurafsky, Manning, Potts, Ré, Liang, Mistral: A Journey "
        + "towards Reproducible Language Model Training, 2021",
    Complexity = "O(tokens²)")]
public sealed class ScoreScale : ScoreModifier
{
    private readonly double _factor;

    /// <summary>A scale for the heads of a layer.</summary>
    public ScoreScale(AttentionShape shape, ScoreScaleOptions options) =>
        _factor = (options.DividesByWidth ? 1 : Math.Sqrt(shape.HeadWidth)) / (options.DividesByLayer ? shape.Layer + 1 : 1);

    /// <inheritdoc/>
    public override bool ReadsOn => true;

    /// <inheritdoc/>
    protected override Tensor ModifyScores(Tensor scores, Tensor queries, Tensor keys) => scores * _factor;
}
