using Anyformer.Attention;
using Anyformer.Checkpoints;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Blocks.Lightweight;

/// <summary>Cases of sacmehta/delight.</summary>
internal static class DelightReferences
{
    public static ReferenceAdapter Of(ParityCase parity) => parity.Config switch
    {
        var config when config.Has("delight_enc_layers") => new ScalingReference(),
        var config when config.Has("n_groups") => new GroupLinearReference(),
        var config when config.Has("in_proj_features") => new UnitReference(),
        _ => new LayerReference(),
    };

    private static Dictionary<string, Tensor> Output(Tensor tensor) => new() { ["out"] = tensor };

    private static Activation ActivationOf(string name) => Activations.Named(name == "swish" ? "silu" : name);

    private static bool HasNorm(ReferenceConfig config) => config.String("norm_type", "none") switch
    {
        "none" => false,
        "ln" => true,
        var kind => throw new UserException($"The normalisation '{kind}' of the case is unknown; expected ln or none."),
    };

    /// <summary>A map of one group is official as a common linear map.</summary>
    private static StateDictLayout GroupLinear(this StateDictLayout layout, string own, string official, bool isGrouped) => isGrouped
        ? layout.Rename($"{own}weight", $"{official}weights").Rename($"{own}norm.{{p}}", $"{official}normalization_fn.{{p}}")
        : layout
            .Convert($"{own}weight", $"{official}weights", weight => weight[0].Transpose(0, 1), weight => weight.Transpose(0, 1).Unsqueeze(0))
            .Convert($"{own}bias", $"{official}bias", bias => bias.Flatten(), bias => bias.View([1, 1, -1]))
            .Rename($"{own}norm.{{p}}", $"{official}normalization_fn.{{p}}");

    private static StateDictLayout Unit(this StateDictLayout layout, string own, string official, IReadOnlyList<GroupedMap> plan)
    {
        layout.GroupLinear($"{own}input.", $"{official}input_layer.", isGrouped: false).GroupLinear($"{own}output.", $"{official}output_layer.", isGrouped: false);
        for (var i = 0; i < plan.Count; i++)
            layout.GroupLinear($"{own}maps.{i}.", $"{official}dextra_layers.{i}.", plan[i].Groups > 1).Rename($"{own}maps.{i}.bias", $"{official}dextra_layers.{i}.bias");
        return layout;
    }

    private sealed class ScalingReference : ReferenceAdapter
    {
        public override ParityResult Run(ParityCase parity)
        {
            var config = parity.Config;
            var scales = DelightScaling.Of(
                config.Int("delight_enc_min_depth"), config.Int("delight_enc_max_depth"), config.Int("delight_enc_layers"), config.Double("delight_enc_width_mult"));
            return new ParityResult(new Dictionary<string, Tensor>
            {
                ["depths"] = Tensor.From<long>([.. scales.Select(scale => (long)scale.Depth)], scales.Count),
                ["widths"] = Tensor.From<double>([.. scales.Select(scale => scale.WidthMultiplier)], scales.Count),
            });
        }
    }

    private sealed class GroupLinearReference : ModelReference<GroupLinear>
    {
        protected override GroupLinear Build(ParityCase parity)
        {
            var config = parity.Config;
            return new GroupLinear(
                config.Int("in_features"), config.Int("out_features"), config.Int("n_groups"), config.Has("act_type") ? ActivationOf(config.String("act_type")) : null,
                HasNorm(config), config.Bool("use_shuffle", false), config.Bool("use_bias", false), config.Double("dropout", 0));
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().GroupLinear("", "", isGrouped: true);

        protected override IReadOnlyDictionary<string, Tensor> Call(GroupLinear module, ParityCase parity) => Output(module.Call(parity.Input("x")));
    }

    private sealed class UnitReference : ModelReference<Dextra>
    {
        protected override Dextra Build(ParityCase parity)
        {
            var config = parity.Config;
            return new Dextra(
                config.Int("in_features"), Plan(config), ActivationOf(config.String("act_type")), HasNorm(config),
                config.Bool("glt_shuffle") && !config.Bool("is_iclr_version"), config.Bool("use_bias"), config.Double("dextra_dropout"));
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Unit("", "", Plan(parity.Config));

        protected override IReadOnlyDictionary<string, Tensor> Call(Dextra module, ParityCase parity) => Output(module.Call(parity.Input("x")));

        private static IReadOnlyList<GroupedMap> Plan(ReferenceConfig config)
        {
            Func<int, int, double, int, int, IReadOnlyList<GroupedMap>> plan = config.Bool("is_iclr_version") ? GroupPlan.Define : GroupPlan.Dextra;
            return plan(
                config.Int("in_proj_features"), config.Int("out_features"), config.Int("in_features") * config.Double("width_multiplier"),
                config.Int("dextra_depth"), config.Int("max_glt_groups"));
        }
    }

    private sealed class LayerReference : ModelReference<EncoderBlock>
    {
        protected override EncoderBlock Build(ParityCase parity)
        {
            var config = parity.Config;
            var (width, dropout) = (config.Int("embed_dim"), config.Double("dropout"));
            var (activation, narrow) = (ActivationOf(config.String("act_type")), width / config.Int("dextra_proj"));
            var unit = new Dextra(
                width, Plan(config), activation, HasNorm(config), config.Bool("glt_shuffle") && !config.Bool("define_iclr"), dropout: config.Double("delight_dropout"));
            Wiring Wiring(double drop) => config.Bool("encoder_normalize_before")
                ? new PreNorm(new LayerNorm(width), drop) : new PostNorm(new LayerNorm(width), drop);
            return new EncoderBlock(
                new DelightAttention(unit, narrow, width, config.Double("attention_dropout")), Wiring(dropout),
                new PositionwiseFeedForward(width, width / config.Int("delight_enc_ffn_red"), activation, config.Double("activation_dropout", 0)),
                Wiring(config.Double("ffn_dropout")));
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Unit("mixer.unit.", "dextra_layer.", Plan(parity.Config))
            .Merge("self_attn.linear_kqv.weights", 0, Projections("weight"))
            .Merge("self_attn.linear_kqv.bias", 0, Projections("bias"))
            .Rename("mixer.attention.output_projection.weight", "self_attn.out_proj.weights")
            .Rename("mixer.attention.output_projection.bias", "self_attn.out_proj.bias")
            .Rename("feed_forward.hidden.weight", "fc1.weights").Rename("feed_forward.hidden.bias", "fc1.bias")
            .Rename("feed_forward.output.weight", "fc2.weights").Rename("feed_forward.output.bias", "fc2.bias")
            .Rename("mixer_wiring.norm.{p}", "self_attn_layer_norm.{p}")
            .Rename("feed_forward_wiring.norm.{p}", "final_layer_norm.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(EncoderBlock module, ParityCase parity)
        {
            var mask = parity.OptionalInput("encoder_padding_mask") is { } padding ? AttentionMask.OfTokens(!padding) : null;
            return Output(module.Call(parity.Input("x").Transpose(0, 1), mask).Transpose(0, 1));
        }

        private static IReadOnlyList<GroupedMap> Plan(ReferenceConfig config)
        {
            var (width, depth, groups) = (config.Int("embed_dim"), config.Int("dextra_depth"), config.Int("delight_enc_max_groups"));
            var (narrow, widest) = (width / config.Int("dextra_proj"), width * config.Double("width_multiplier"));
            return config.Bool("define_iclr") ? GroupPlan.Define(narrow, narrow, widest, depth, groups) : GroupPlan.Dextra(narrow, narrow, widest, depth, groups);
        }

        private static string[] Projections(string kind) =>
            [.. new[] { "query", "key", "value" }.Select(name => $"mixer.attention.{name}_projection.{kind}")];
    }
}
