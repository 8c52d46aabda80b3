using Anyformer.Checkpoints;

namespace Anyformer.Models.Vision.Flatten;

/// <summary>The names of LeapLabTHU/FLatten-Transformer.</summary>
internal static class FlattenLayouts
{
    internal static StateDictLayout Swin(FlattenSwinOptions options)
    {
        var layout = new StateDictLayout()
            .Embedding("pyramid.stages.0.embedding", "patch_embed")
            .Rename("pyramid.stages.0.positions", "absolute_pos_embed")
            .Rename("pyramid.norm.{p}", "norm.{p}")
            .Unused("layers.{s}.blocks.{i}.attn_mask")
            .Unused("layers.{s}.blocks.{i}.attn.relative_position_index");
        foreach (var (stage, depth) in options.Depths.Index())
        {
            layout.Rename($"pyramid.stages.{stage + 1}.embedding.{{part}}.{{p}}", $"layers.{stage}.downsample.{{part}}.{{p}}");
            for (var block = 0; block < depth; block++)
            {
                var (own, official) = ($"pyramid.stages.{stage}.blocks.{block}", $"layers.{stage}.blocks.{block}");
                layout.Block(own, official);
                if (options.IsLinear(stage, block))
                    layout.FusedAttention($"{own}.mixer.mixer.", $"{official}.attn.");
                else
                    layout.Rename($"{own}.mixer.mixer.input_projection.{{p}}", $"{official}.attn.qkv.{{p}}")
                        .Rename($"{own}.mixer.mixer.output_projection.{{p}}", $"{official}.attn.proj.{{p}}")
                        .Rename($"{own}.mixer.mixer.biases", $"{official}.attn.relative_position_bias_table");
            }
        }

        return layout;
    }

    internal static StateDictLayout Pvt(FlattenPvtBaseOptions options)
    {
        // The first version has a last normalisation and does nothing with it.
        var layout = new StateDictLayout().Unused("norm.{p}");
        foreach (var (stage, depth) in options.Depths.Index())
        {
            layout.Embedding($"pyramid.stages.{stage}.embedding", $"patch_embed{stage + 1}")
                .Rename($"pyramid.stages.{stage}.positions", $"pos_embed{stage + 1}")
                .Rename($"pyramid.stages.{stage}.norm.{{p}}", $"norm{stage + 1}.{{p}}");
            for (var block = 0; block < depth; block++)
            {
                var (own, official) = ($"pyramid.stages.{stage}.blocks.{block}", $"block{stage + 1}.{block}");
                var projections = options.IsLinear(stage, block) ? $"{own}.mixer." : $"{own}.mixer.attention.";
                layout.Block(own, official)
                    .Rename($"{own}.feed_forward.convolution.{{p}}", $"{official}.mlp.dwconv.dwconv.{{p}}")
                    .ReducedAttention($"{own}.mixer.", projections, $"{official}.attn.");
            }
        }

        return layout;
    }

    internal static StateDictLayout CSwin(FlattenCSwinOptions options)
    {
        var layout = new StateDictLayout()
            .Rename("pyramid.stages.0.embedding.convolution.{p}", "stage1_conv_embed.0.{p}")
            .Rename("pyramid.stages.0.embedding.norm.{p}", "stage1_conv_embed.2.{p}")
            .Rename("pyramid.norm.{p}", "norm.{p}");
        foreach (var stage in Enumerable.Range(0, options.Depths.Count))
        {
            var (own, official) = ($"pyramid.stages.{stage}.blocks.{{i}}", $"stage{stage + 1}.{{i}}");
            layout.Block(own, official)
                .Rename($"pyramid.stages.{stage + 1}.embedding.convolution.{{p}}", $"merge{stage + 1}.conv.{{p}}")
                .Rename($"pyramid.stages.{stage + 1}.embedding.norm.{{p}}", $"merge{stage + 1}.norm.{{p}}")
                .Rename($"{own}.mixer.input_projection.{{p}}", $"{official}.qkv.{{p}}")
                .Rename($"{own}.mixer.output_projection.{{p}}", $"{official}.proj.{{p}}")
                .Rename($"{own}.mixer.branches.{{b}}.value_positions.{{p}}", $"{official}.attns.{{b}}.get_v.{{p}}")
                .Context($"{own}.mixer.branches.{{b}}.context.", $"{official}.attns.{{b}}.");
        }

        return layout;
    }

    /// <summary>Linear attention of Swin: one map to queries, keys and values.</summary>
    internal static StateDictLayout FusedAttention(this StateDictLayout layout, string own, string official) => layout
        .Merge($"{official}qkv.{{p}}", 0, $"{own}query_projection.{{p}}", $"{own}key_projection.{{p}}", $"{own}value_projection.{{p}}")
        .Rename($"{own}output_projection.{{p}}", $"{official}proj.{{p}}")
        .Context($"{own}context.", official);

    /// <summary>Attention of PVT, linear or not: one map to keys and values of a smaller map.</summary>
    internal static StateDictLayout ReducedAttention(this StateDictLayout layout, string own, string projections, string official) => layout
        .Rename($"{projections}query_projection.{{p}}", $"{official}q.{{p}}")
        .Merge($"{official}kv.{{p}}", 0, $"{projections}key_projection.{{p}}", $"{projections}value_projection.{{p}}")
        .Rename($"{projections}output_projection.{{p}}", $"{official}proj.{{p}}")
        .Rename($"{own}reduction.convolution.{{p}}", $"{official}sr.{{p}}")
        .Rename($"{own}reduction.norm.{{p}}", $"{official}norm.{{p}}")
        .Context($"{own}context.", official);

    private static StateDictLayout Context(this StateDictLayout layout, string own, string official) => layout
        .Unsqueeze($"{own}features.scale", $"{official}scale", 0, 0)
        .Rename($"{own}key_positions", $"{official}positional_encoding")
        .Rename($"{own}convolution.{{p}}", $"{official}dwc.{{p}}");

    private static StateDictLayout Embedding(this StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}.convolution.{{p}}", $"{official}.proj.{{p}}")
        .Rename($"{own}.norm.{{p}}", $"{official}.norm.{{p}}");

    private static StateDictLayout Block(this StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}.mixer_wiring.norm.{{p}}", $"{official}.norm1.{{p}}")
        .Rename($"{own}.feed_forward_wiring.norm.{{p}}", $"{official}.norm2.{{p}}")
        .Rename($"{own}.feed_forward.hidden.{{p}}", $"{official}.mlp.fc1.{{p}}")
        .Rename($"{own}.feed_forward.output.{{p}}", $"{official}.mlp.fc2.{{p}}");
}
