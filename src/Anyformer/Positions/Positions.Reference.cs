using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Cases of positions, by the class that they were computed with; the equations of papers by their options.</summary>
[Reference("positions")]
internal sealed class PositionsReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) => Adapter(parity).Run(parity);

    /// <summary>A result of one tensor.</summary>
    internal static Dictionary<string, Tensor> Output(Tensor tensor, string name = "out") => new() { [name] = tensor };

    private static ReferenceAdapter Adapter(ParityCase parity) => parity.Entry.Split([' ', '.', ','], StringSplitOptions.RemoveEmptyEntries) switch
    {
        var names when names.Contains("SinusoidalPositionalEmbedding") => new HalfSplitReference(),
        var names when names.Contains("ScaledSinusoidalEmbedding") => new ScaledSinusoidalReference(),
        var names when names.Contains("LearnedPositionalEmbedding") => new LearnedReference(),
        var names when names.Contains("AbsolutePositionalEmbedding") => new ScaledLearnedReference(),
        var names when names.Contains("RotaryEmbedding") => new RotaryHalvesReference(),
        var names when names.Contains("apply_rotary_emb") => new RotaryNeighboursReference(),
        var names when names.Contains("XPOS") => new XposReference(),
        var names when names.Contains("AlibiPositionalBias") => new AlibiReference(),
        var names when names.Contains("LearnedAlibiPositionalBias") => new LearnedAlibiReference(),
        var names when names.Contains("DynamicPositionBias") => new DynamicBiasReference(),
        var names when names.Contains("_relative_position_bucket") => new T5BucketsReference(),
        var names when names.Contains("RelativePositionBias") => new T5BiasReference(),
        var names when names.Contains("make_log_bucket_position") => new DebertaBucketsReference(),
        var names when names.Contains("MultiHeadedAttention") => new OpenNmtReference(),
        var names when names.Contains("RelPartialLearnableMultiHeadAttn") => new TransformerXlReference(),
        var names when names.Contains("DisentangledSelfAttention") => new DebertaReference(),
        var names when names.Contains("flow_func_linear") => new FloaterReference(),
        var names when names.Contains("TransformerSentenceEncoder") => new TupeReference(),
        var names when names.Contains("RTransformer") || names.Contains("models/RTransformer") => new RTransformerReference(),
        [] => Derived(parity.Config),
        _ => throw new UserException($"The positions of '{parity.Entry}' are not among those of the survey."),
    };

    private static ReferenceAdapter Derived(ReferenceConfig config) => config switch
    {
        _ when config.Has("kind") => new ScaledRotaryReference(),
        _ when config.Has("vocab") => new ComplexEmbeddingReference(),
        _ when config.Has("clip") => new ShawReference(),
        _ when config.Has("offset") => new SinusoidalReference(),
        _ when config.Has("head_dim") => new MusicReference(),
        _ => throw new UserException("The configuration of the case is that of no positions of the survey."),
    };
}
