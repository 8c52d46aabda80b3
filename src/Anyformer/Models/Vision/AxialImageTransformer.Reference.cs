using Anyformer.Attention;
using Anyformer.Attention.Axes;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>Cases of lucidrains/axial-attention, <c>axial_attention.py</c>: the attention of grids, or the transformer of images.</summary>
[Reference("axial")]
internal sealed class AxialReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) => parity.Entry.EndsWith(": AxialImageTransformer", StringComparison.Ordinal)
        ? new ImageReference().Run(parity)
        : new AttentionReference().Run(parity);

    private static StateDictLayout Projections(StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}.query_projection.{{p}}", $"{official}.to_q.{{p}}")
        .Merge($"{official}.to_kv.{{p}}", 0, $"{own}.key_projection.{{p}}", $"{own}.value_projection.{{p}}")
        .Rename($"{own}.output_projection.{{p}}", $"{official}.to_out.{{p}}");

    private sealed class AttentionReference : ModelReference<AxialAttention>
    {
        protected override AxialAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            var heads = config.Int("heads", 8);
            int? inner = config.Has("dim_heads") ? heads * config.Int("dim_heads") : null;
            return new AxialAttention(
                new TokenMixerShape(0, config.Int("dim"), heads, InnerWidth: inner),
                new AxialAttentionOptions { Sum = config.Bool("sum_axial_out", true) },
                config.Int("num_dimensions", 2));
        }

        protected override StateDictLayout Layout(ParityCase parity) => Projections(new StateDictLayout(), "axes.{i}", "axial_attentions.{i}.fn");

        protected override IReadOnlyDictionary<string, Tensor> Call(AxialAttention module, ParityCase parity)
        {
            var channels = parity.Config.Int("dim_index", -1);
            return new Dictionary<string, Tensor> { ["y"] = module.CallGrid(parity.Input("x").MoveDim(channels, -1)).MoveDim(-1, channels) };
        }
    }

    private sealed class ImageReference : ModelReference<AxialImageTransformer>
    {
        protected override AxialImageTransformer Build(ParityCase parity)
        {
            var config = parity.Config;
            if (config.Int("dim_index", 1) is not 1 and var channels)
                throw new UserException($"The channels of images are dimension 1, found dim_index {channels}.");
            return new AxialImageTransformer(new AxialImageTransformerOptions
            {
                Width = config.Int("dim"),
                Layers = config.Int("depth"),
                Heads = config.Int("heads", 8),
                HeadWidth = config.Has("dim_heads") ? config.Int("dim_heads") : null,
                Reversible = config.Bool("reversible", true),
                Positions = config.Has("axial_pos_emb_shape") ? new ValueList<int>(config.Ints("axial_pos_emb_shape")) : null,
            });
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var (first, second) = parity.Config.Bool("reversible", true) ? ("f.net", "g.net") : ("0", "1");
            var layout = new StateDictLayout()
                .Rename("height_positions", "pos_emb.param_0")
                .Rename("width_positions", "pos_emb.param_1");
            foreach (var i in Enumerable.Range(0, parity.Config.Int("depth")))
            {
                Attention(layout, $"blocks.{i}.height_attention", $"layers.blocks.{2 * i}.{first}");
                Attention(layout, $"blocks.{i}.width_attention", $"layers.blocks.{2 * i}.{second}");
                Convolutions(layout, $"blocks.{i}.first_convolutions", $"layers.blocks.{2 * i + 1}.{first}");
                Convolutions(layout, $"blocks.{i}.second_convolutions", $"layers.blocks.{2 * i + 1}.{second}");
            }

            return layout;
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(AxialImageTransformer module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["y"] = module.Call(parity.Input("x")) };

        private static void Attention(StateDictLayout layout, string own, string official) =>
            Projections(layout.Rename($"{own}.norm.{{p}}", $"{official}.fn.norm.{{p}}"), $"{own}.attention", $"{official}.fn.fn");

        private static void Convolutions(StateDictLayout layout, string own, string official) => layout
            .Rename($"{own}.norm.weight", $"{official}.0.g")
            .Rename($"{own}.norm.bias", $"{official}.0.b")
            .Rename($"{own}.hidden.{{p}}", $"{official}.1.{{p}}")
            .Rename($"{own}.output.{{p}}", $"{official}.3.{{p}}");
    }
}
