using System.Text.Json;
using Anyformer.Attention;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Models.Sets;

/// <summary>Cases of lucidrains/perceiver-pytorch: the model, or its attention alone.</summary>
[Reference("perceiver")]
internal sealed class PerceiverReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) => parity.Entry.EndsWith(": Attention", StringComparison.Ordinal)
        ? new AttentionReference().Run(parity)
        : new WholeReference().Run(parity);

    private static Part<AttentionFunction> Function(bool inverted) => Part<AttentionFunction>.Of(inverted ? "inverted" : "softmax");

    private static StateDictLayout Attention(StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}query_projection.weight", $"{official}to_q.weight")
        .Merge($"{official}to_kv.weight", 0, $"{own}key_projection.weight", $"{own}value_projection.weight")
        .Rename($"{own}output_projection.{{p}}", $"{official}to_out.{{p}}");

    private sealed class AttentionReference : ModelReference<MultiHeadAttention>
    {
        protected override MultiHeadAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            var heads = config.Int("heads", 8);
            var (width, inner) = (config.Int("query_dim"), heads * config.Int("dim_head", 64));
            var shape = new TokenMixerShape(0, width, heads, config.Double("dropout", 0), inner);
            var function = Function(parity.Call.Contains("inverted_attention=True", StringComparison.Ordinal)).Build(shape.OfFunction);
            return new MultiHeadAttention(shape, function, inputBias: false, config.Int("context_dim", width));
        }

        protected override StateDictLayout Layout(ParityCase parity) => Attention(new StateDictLayout(), "", "");

        protected override IReadOnlyDictionary<string, Tensor> Call(MultiHeadAttention module, ParityCase parity)
        {
            var (x, mask) = (parity.Input("x"), parity.OptionalInput("mask"));
            var context = parity.OptionalInput("context") ?? x;
            return new Dictionary<string, Tensor> { ["y"] = module.Call(x, context, mask is null ? null : AttentionMask.OfKeys(mask)) };
        }
    }

    private sealed class WholeReference : ModelReference<Perceiver>
    {
        protected override Perceiver Build(ParityCase parity)
        {
            var config = parity.Config;
            var hasHead = config.Bool("final_classifier_head", true) && !parity.Call.Contains("return_embeddings", StringComparison.Ordinal);
            var classes = config.Int("num_classes", 1000);
            return new Perceiver(config.Int("input_channels", 3), config.Int("input_axis", 2), hasHead ? classes : null, new PerceiverOptions
            {
                Bands = config.Int("num_freq_bands"),
                MaxFrequency = config.Double("max_freq"),
                FourierFeatures = config.Bool("fourier_encode_data", true),
                Layers = config.Int("depth"),
                Latents = config.Int("num_latents", 512),
                Width = config.Int("latent_dim", 512),
                CrossHeads = config.Int("cross_heads", 1),
                CrossHeadWidth = config.Int("cross_dim_head", 64),
                Heads = config.Int("latent_heads", 8),
                HeadWidth = config.Int("latent_dim_head", 64),
                SelfAttentionBlocks = config.Int("self_per_cross_attn", 1),
                TieLayers = config.Bool("weight_tie_layers", false),
                CrossAttention = Function(IsInverted(config)),
                AttentionDropout = config.Double("attn_dropout", 0),
                FeedForwardDropout = config.Double("ff_dropout", 0),
            });
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var layout = new StateDictLayout();
            if (parity.Config.Bool("weight_tie_layers", false))
                for (var i = 2; i < parity.Config.Int("depth"); i++)
                    Copies(layout, $"layers.{i}");
            Attention(layout, "layers.{i}.cross_attention.", "layers.{i}.0.fn.")
                .Rename("layers.{i}.cross_attention_wiring.norm.{p}", "layers.{i}.0.norm.{p}")
                .Rename("layers.{i}.input_norm.{p}", "layers.{i}.0.norm_context.{p}");
            FeedForward(layout, "layers.{i}.cross_feed_forward", "layers.{i}.1");
            Attention(layout, "layers.{i}.blocks.{b}.mixer.", "layers.{i}.2.{b}.0.fn.")
                .Rename("layers.{i}.blocks.{b}.mixer_wiring.norm.{p}", "layers.{i}.2.{b}.0.norm.{p}");
            FeedForward(layout, "layers.{i}.blocks.{b}.feed_forward", "layers.{i}.2.{b}.1");
            return layout.Rename("norm.{p}", "to_logits.1.{p}").Rename("head.{p}", "to_logits.2.{p}");
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(Perceiver module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["y"] = module.Call(parity.Input("x"), parity.OptionalInput("mask")) };

        private static void FeedForward(StateDictLayout layout, string own, string official) => layout
            .Rename($"{own}.hidden.{{p}}", $"{official}.fn.net.0.{{p}}")
            .Rename($"{own}.output.{{p}}", $"{official}.fn.net.2.{{p}}")
            .Rename($"{own}_wiring.norm.{{p}}", $"{official}.norm.{{p}}");

        /// <summary>The reference saves the weights that its later layers share again and again, under names of three to seven parts.</summary>
        private static void Copies(StateDictLayout layout, string layer)
        {
            var name = $"{layer}.{{a}}.{{b}}";
            foreach (var part in "cdefg")
                layout.Unused(name += $".{{{part}}}");
        }

        /// <summary>One truth value, or one for every layer; layers that differ are not known here.</summary>
        private static bool IsInverted(ReferenceConfig config)
        {
            if (!config.Has("inverted_cross_attn"))
                return false;
            var value = config.Json("inverted_cross_attn");
            bool[] layers = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => item.GetBoolean()).Distinct()] : [value.GetBoolean()];
            return layers.Length == 1 ? layers[0] : throw new UserException("The key 'inverted_cross_attn' should be the same for every layer, found both.");
        }
    }
}
