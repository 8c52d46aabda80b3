using Anyformer.Checkpoints;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting.Pathways;

/// <summary>The names of decisionintelligence/pathformer.</summary>
internal static class PathwayLayouts
{
    /// <summary><c>layers/AMS.py: AMS</c>; both prefixes end with a dot or are empty.</summary>
    internal static StateDictLayout AdaptiveMultiScaleLayer(
        this StateDictLayout layout, string own, string official, int lookback, IReadOnlyList<int> patchSizes, bool batchNorm)
    {
        layout.Rename($"{own}router.variate_weights.{{p}}", $"{official}start_linear.{{p}}")
            .Rename($"{own}router.scores.{{p}}", $"{official}w_gate.{{p}}")
            .Rename($"{own}router.noise.{{p}}", $"{official}w_noise.{{p}}")
            .Rename($"{own}router.decomposition.trend_weights.{{p}}", $"{official}trend_model.layer.{{p}}")
            .Unused($"{official}mean")
            .Unused($"{official}std")
            .Unused($"{official}end_MLP.fc.{{p}}");
        foreach (var (i, size) in patchSizes.Index())
            layout.PatchExpert($"{own}experts.{i}.", $"{official}experts.{i}.", lookback / size, size, batchNorm);
        return layout;
    }

    /// <summary><c>layers/Layer.py: Transformer_Layer</c>, which has its norms even where it does not use them.</summary>
    private static void PatchExpert(this StateDictLayout layout, string own, string official, int patches, int patchSize, bool batchNorm)
    {
        layout.IntraPatch($"{own}intra_patch.", official, patches)
            .InterPatch($"{own}inter_patch.", official, patchSize)
            .Rename($"{own}feed_forward.hidden.{{p}}", $"{official}ff.0.{{p}}")
            .Rename($"{own}feed_forward.output.{{p}}", $"{official}ff.3.{{p}}");
        if (batchNorm)
            layout.Rename($"{own}attention_norm.{{p}}", $"{official}norm_attn.1.{{p}}").Rename($"{own}feed_forward_norm.{{p}}", $"{official}norm_ffn.1.{{p}}");
        else
            layout.Unused($"{official}norm_attn.1.{{p}}").Unused($"{official}norm_ffn.1.{{p}}");
    }

    private static StateDictLayout IntraPatch(this StateDictLayout layout, string own, string official, int patches) => layout
        .Unsqueeze($"{own}embeddings", $"{official}intra_embeddings", 1, 1)
        .Unstack($"{own}queries.{{p}}", $"{official}embeddings_generator.{{n}}.0.{{p}}", patches)
        .Rename($"{own}maps.memory", $"{official}weights_generator_distinct.memory")
        .Rename($"{own}maps.first.{{p}}", $"{official}weights_generator_distinct.generator.0.{{p}}")
        .Rename($"{own}maps.second.{{p}}", $"{official}weights_generator_distinct.generator.2.{{p}}")
        .Rename($"{own}maps.core.{{p}}", $"{official}weights_generator_distinct.generator.4.{{p}}")
        .Unstack($"{own}maps.left", $"{official}weights_generator_distinct.P.{{n}}", 2)
        .Unstack($"{own}maps.right", $"{official}weights_generator_distinct.Q.{{n}}", 2)
        .Unstack($"{own}maps.biases", $"{official}weights_generator_distinct.B.{{n}}", 2)
        .Transpose($"{own}output.hidden.weight", $"{official}weights_generator_shared.P.0")
        .Transpose($"{own}output.output.weight", $"{official}weights_generator_shared.P.1")
        .Unsqueeze($"{own}output.hidden.bias", $"{official}weights_generator_shared.B.0", 0)
        .Unsqueeze($"{own}output.output.bias", $"{official}weights_generator_shared.B.1", 0)
        .Rename($"{own}spread.{{p}}", $"{official}intra_Linear.{{p}}");

    /// <summary>Official patches are read channel by channel, ours step by step.</summary>
    private static StateDictLayout InterPatch(this StateDictLayout layout, string own, string official, int patchSize) => layout
        .Convert($"{own}embedding.weight", $"{official}emb_linear.weight",
            weight => SwapColumns(weight, patchSize), weight => SwapColumns(weight, weight.Size(1) / patchSize))
        .Rename($"{own}embedding.bias", $"{official}emb_linear.bias")
        .Rename($"{own}positions", $"{official}W_pos")
        .Rename($"{own}attention.query_projection.{{p}}", $"{official}inter_patch_attention.W_Q.{{p}}")
        .Rename($"{own}attention.key_projection.{{p}}", $"{official}inter_patch_attention.W_K.{{p}}")
        .Rename($"{own}attention.value_projection.{{p}}", $"{official}inter_patch_attention.W_V.{{p}}")
        .Rename($"{own}attention.output_projection.{{p}}", $"{official}inter_patch_attention.to_out.0.{{p}}")
        .Rename($"{own}attention.function.scale", $"{official}inter_patch_attention.sdp_attn.scale");

    /// <summary>Columns counted by (outer, inner) come out counted by (inner, outer).</summary>
    private static Tensor SwapColumns(Tensor weight, long outer) =>
        weight.Reshape([weight.Size(0), outer, -1]).Transpose(1, 2).Reshape(weight.Shape);
}
