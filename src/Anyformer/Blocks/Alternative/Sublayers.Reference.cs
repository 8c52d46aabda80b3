using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Checkpoints;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Blocks.Alternative;

/// <summary>Cases of orders of sublayers: macaron-net, and the stacks of x-transformers.</summary>
internal static class SublayerReferences
{
    public static ReferenceAdapter Of(ParityCase parity) => parity.Config switch
    {
        var config when config.Has("encoder_attention_heads") => new MacaronReference(),
        var config when config.Has("n") => new PatternReference(),
        _ => new XTransformersReference(),
    };

    private static Dictionary<string, Tensor> Output(Tensor tensor) => new() { ["out"] = tensor };

    private sealed class PatternReference : ReferenceAdapter
    {
        public override ParityResult Run(ParityCase parity)
        {
            var order = SublayerOrder.Sandwich(parity.Config.Int("n"), parity.Config.Int("k"));
            return new ParityResult(new Dictionary<string, Tensor> { ["order"] = Tensor.From<long>([.. order.Select(kind => (long)kind)], order.Count) });
        }
    }

    private sealed class MacaronReference : ModelReference<SublayerStack>
    {
        protected override SublayerStack Build(ParityCase parity)
        {
            var config = parity.Config;
            if (!config.Bool("macaron"))
                throw new UserException("The case says macaron: false; expected true.");
            var (width, dropout) = (config.Int("encoder_embed_dim"), config.Double("dropout"));
            return new SublayerStack(
                SublayerOrder.Macaron(1),
                () => new MultiHeadAttention(width, config.Int("encoder_attention_heads"), new SoftmaxAttention(config.Double("attention_dropout"))),
                () => new HalfStep(new PositionwiseFeedForward(
                    width, config.Int("encoder_ffn_embed_dim"), Activations.Named("relu"), config.Double("relu_dropout"))),
                () => config.Bool("encoder_normalize_before") ? new PreNorm(new LayerNorm(width), dropout) : new PostNorm(new LayerNorm(width), dropout));
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var layout = new StateDictLayout()
                .Merge("self_attn.in_proj_weight", 0, Projections("weight")).Merge("self_attn.in_proj_bias", 0, Projections("bias"))
                .Rename("mixers.0.output_projection.{p}", "self_attn.out_proj.{p}");
            foreach (var (own, official) in new[] { (0, "macaron_"), (1, "") })
                layout.Rename($"feed_forwards.{own}.inner.hidden.{{p}}", $"{official}fc1.{{p}}").Rename($"feed_forwards.{own}.inner.output.{{p}}", $"{official}fc2.{{p}}");
            foreach (var (own, official) in new[] { (0, 2), (1, 0), (2, 1) })
                layout.Rename($"wirings.{own}.norm.{{p}}", $"layer_norms.{official}.{{p}}");
            return layout;
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(SublayerStack module, ParityCase parity)
        {
            var mask = parity.OptionalInput("encoder_padding_mask") is { } padding ? AttentionMask.OfTokens(!padding) : null;
            return Output(module.Call(parity.Input("x").Transpose(0, 1), mask).Transpose(0, 1));
        }

        private static string[] Projections(string kind) => [.. new[] { "query", "key", "value" }.Select(name => $"mixers.0.{name}_projection.{kind}")];
    }

    /// <summary>Encoder and Decoder of x-transformers, with an order of sublayers of their own.</summary>
    private sealed class XTransformersReference : ModelReference<SublayerStack>
    {
        protected override SublayerStack Build(ParityCase parity)
        {
            var (config, width) = (parity.Config, parity.Config.Int("dim"));
            var isMacaron = config.Bool("macaron", false);
            return new SublayerStack(
                Order(config), () => Attention(config), () => isMacaron ? new HalfStep(FeedForward(config)) : FeedForward(config),
                () => new PreNorm(new LayerNorm(width)), new LayerNorm(width));
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var (layout, order) = (new StateDictLayout().Rename("norm.{p}", "final_norm.{p}"), Order(parity.Config));
            var (mixers, feedForwards) = (0, 0);
            var (own, official) = parity.Config.Bool("macaron", false) ? ("inner.", "fn.") : ("", "");
            for (var i = 0; i < order.Count; i++)
            {
                layout.Rename($"wirings.{i}.norm.{{p}}", $"layers.{i}.0.0.{{p}}");
                if (order[i] == Sublayer.Attention)
                    AddAttention(layout, $"mixers.{mixers++}", $"layers.{i}.1");
                else
                    AddFeedForward(layout, $"feed_forwards.{feedForwards++}.{own}", $"layers.{i}.1.{official}ff");
            }

            return layout;
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(SublayerStack module, ParityCase parity) => parity.Config.String("class") switch
        {
            "Encoder" => Output(module.Call(parity.Input("x"))),
            "Decoder" => Output(module.Call(parity.Input("x"), AttentionMask.Causal)),
            var name => throw new UserException($"The class '{name}' of the case is unknown; expected Encoder or Decoder."),
        };

        private static IReadOnlyList<Sublayer> Order(ReferenceConfig config)
        {
            var depth = config.Int("depth");
            return config.Has("par_ratio") ? SublayerOrder.PayAttention(depth, config.Int("par_ratio"))
                : config.Has("sandwich_coef") ? SublayerOrder.Sandwich(depth, config.Int("sandwich_coef"))
                : config.Bool("macaron", false) ? SublayerOrder.Macaron(depth)
                : SublayerOrder.InTurn(depth);
        }

        private static MultiHeadAttention Attention(ReferenceConfig config)
        {
            var (width, heads) = (config.Int("dim"), config.Int("heads", 8));
            var inner = heads * config.Int("attn_dim_head", 64);
            Linear In() => new(width, inner, bias: false);
            return new MultiHeadAttention(heads, In(), In(), In(), new Linear(inner, width, bias: false), new SoftmaxAttention());
        }

        private static PositionwiseFeedForward FeedForward(ReferenceConfig config) =>
            new(config.Int("dim"), config.Int("dim") * config.Int("ff_mult", 4), Activations.Named("gelu"));

        private static void AddAttention(StateDictLayout layout, string own, string official)
        {
            foreach (var (name, letter) in new[] { ("query", "q"), ("key", "k"), ("value", "v"), ("output", "out") })
                layout.Rename($"{own}.{name}_projection.weight", $"{official}.to_{letter}.weight");
        }

        private static void AddFeedForward(StateDictLayout layout, string own, string official) => layout
            .Rename($"{own}hidden.{{p}}", $"{official}.0.0.{{p}}").Rename($"{own}output.{{p}}", $"{official}.3.{{p}}");
    }
}
