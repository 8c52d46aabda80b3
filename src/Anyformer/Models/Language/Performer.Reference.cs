using Anyformer.Attention;
using Anyformer.Attention.Kernels;
using Anyformer.Checkpoints;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>Cases of lucidrains/performer-pytorch: the language model, its attention layers, and how it draws orthogonal directions.</summary>
[Reference("performer")]
internal sealed class PerformerReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        if (parity.Inputs.ContainsKey("gaussian_blocks"))
            return Directions(parity);
        return parity.Config.Has("num_tokens") ? new ModelCases().Run(parity) : new LayerCases().Run(parity);
    }

    private static ParityResult Directions(ParityCase parity)
    {
        var (rows, columns) = (parity.Config.Int("nb_rows"), parity.Config.Int("nb_columns"));
        Tensor Draw(bool evenLengths)
        {
            using var draws = new RandomDraws(parity.Input("gaussian_blocks"), parity.Input("gaussian_norms"));
            return OrthogonalFeatures.Draw(rows, columns, evenLengths);
        }

        return new ParityResult(new Dictionary<string, Tensor>
        {
            ["projection_scaling0"] = Draw(evenLengths: false),
            ["projection_scaling1"] = Draw(evenLengths: true),
        });
    }

    /// <summary>What models and layers have in common; the official names of some options differ between them.</summary>
    private static PerformerLanguageModelOptions Options(ReferenceConfig config, string localHeads)
    {
        config.WithoutEffect("feature_redraw_interval");
        return new PerformerLanguageModelOptions
        {
            Width = config.Int("dim"),
            Heads = config.Int("heads", 8),
            HeadWidth = config.Int("dim_head", 64),
            LocalHeads = config.Int(localHeads, 0),
            LocalWindow = config.Int("local_window_size", 256),
            LocalHeadsSeeFilling = true,
            Causal = config.Bool("causal", false),
            FeatureMap = FeatureMap(config),
            RotaryPositions = false,
            InputBias = config.Bool("qkv_bias", false),
        };
    }

    private static Part<FeatureMap> FeatureMap(ReferenceConfig config)
    {
        int? features = config.Has("nb_features") ? config.Int("nb_features") : null;
        var activation = config.String("kernel_fn", "ReLU").ToLowerInvariant();
        if (config.Bool("generalized_attention", false) && !config.Bool("no_projection", false))
            return Part<FeatureMap>.Of("favor-generalized",
                new GeneralizedFeatureMapOptions { Features = features, RedrawInterval = null, Activation = activation });
        return config.Bool("no_projection", false)
            ? Part<FeatureMap>.Of("efficient")
            : Part<FeatureMap>.Of("favor", new ProjectedFeatureMapOptions { Features = features, RedrawInterval = null });
    }

    /// <summary>The attention of a layer; directions that nothing is projected on are drawn all the same.</summary>
    private static StateDictLayout Attention(StateDictLayout layout, string own, string official, PerformerLanguageModelOptions options)
    {
        var performer = $"{own}function.{(options.LocalHeads > 0 ? "first." : "")}{(options.RotaryPositions ? "function." : "")}features.";
        var hasDirections = options.FeatureMap.Kind != "efficient" && options.LocalHeads < options.Heads;
        return (hasDirections
                ? layout.Rename($"{performer}projection_matrix", $"{official}fast_attention.projection_matrix")
                : layout.Unused($"{official}fast_attention.projection_matrix"))
            .Unused($"{official}local_attn.rel_pos.inv_freq")
            .Rename($"{own}query_projection.{{p}}", $"{official}to_q.{{p}}")
            .Rename($"{own}key_projection.{{p}}", $"{official}to_k.{{p}}")
            .Rename($"{own}value_projection.{{p}}", $"{official}to_v.{{p}}")
            .Rename($"{own}output_projection.{{p}}", $"{official}to_out.{{p}}");
    }

    private sealed class LayerCases : ModelReference<MultiHeadAttention>
    {
        protected override MultiHeadAttention Build(ParityCase parity) => PerformerLanguageModel.Attention(OptionsOf(parity));

        protected override StateDictLayout Layout(ParityCase parity) => Attention(new StateDictLayout(), "", "", OptionsOf(parity));

        protected override IReadOnlyDictionary<string, Tensor> Call(MultiHeadAttention module, ParityCase parity)
        {
            var (tokens, context) = (parity.Input("x"), parity.OptionalInput("context"));
            var mask = new AttentionMask
            {
                IsCausal = parity.Config.Bool("causal", false),
                Keys = parity.OptionalInput(context is null ? "mask" : "context_mask"),
            };
            return new Dictionary<string, Tensor> { ["y"] = context is null ? module.Call(tokens, mask) : module.Call(tokens, context, mask) };
        }

        private static PerformerLanguageModelOptions OptionsOf(ParityCase parity) => Options(parity.Config, "local_heads") with
        {
            OutputBias = parity.Config.Bool("attn_out_bias", true),
            AttentionDropout = parity.Config.Double("dropout", 0),
        };
    }

    private sealed class ModelCases : ModelReference<PerformerLanguageModel>
    {
        private const string Layers = "performer.net.layers.{i}", Copies = "performer.proj_updater.instance.layers.{i}";

        protected override PerformerLanguageModel Build(ParityCase parity) => new(OptionsOf(parity.Config));

        protected override StateDictLayout Layout(ParityCase parity) => Attention(
            new StateDictLayout()
                .Rename("token_embedding.{p}", "token_emb.{p}")
                .Rename("position_embedding.{p}", "pos_emb.emb.{p}")
                .Unused("pos_emb.emb")
                .Unused("layer_pos_emb.emb")
                .Rename("redraws.calls", "performer.proj_updater.calls_since_last_redraw")
                .Rename("encoder.blocks.{i}.mixer_wiring.norm.{p}", $"{Layers}.0.norm.{{p}}")
                .Rename("encoder.blocks.{i}.feed_forward_wiring.norm.{p}", $"{Layers}.1.norm.{{p}}")
                .Rename("encoder.blocks.{i}.feed_forward.hidden.{p}", $"{Layers}.1.fn.fn.w1.{{p}}")
                .Rename("encoder.blocks.{i}.feed_forward.output.{p}", $"{Layers}.1.fn.fn.w2.{{p}}")
                .Rename("encoder.norm.{p}", "norm.{p}")
                .Rename("head.{p}", "to_out.{p}")
                // The module that redraws holds the layers a second time.
                .Unused($"{Copies}.{{j}}.norm.{{p}}")
                .Unused($"{Copies}.0.fn.{{module}}.{{p}}")
                .Unused($"{Copies}.0.fn.local_attn.rel_pos.inv_freq")
                .Unused($"{Copies}.1.fn.fn.{{module}}.{{p}}"),
            "encoder.blocks.{i}.mixer.", $"{Layers}.0.fn.", OptionsOf(parity.Config));

        protected override IReadOnlyDictionary<string, Tensor> Call(PerformerLanguageModel module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["logits"] = module.Call(parity.Input("ids"), parity.OptionalInput("mask")) };

        private static PerformerLanguageModelOptions OptionsOf(ReferenceConfig config)
        {
            config.WithoutEffect("ff_chunks", "auto_check_redraw");
            foreach (var option in (string[])["reversible", "ff_glu", "use_scalenorm", "use_rezero", "cross_attend", "axial_position_emb", "shift_tokens"])
                if (config.Bool(option, false))
                    throw new UserException($"The option '{option}' of the case is none that this model knows.");
            return Options(config, "local_attn_heads") with
            {
                Vocabulary = config.Int("num_tokens"),
                Positions = config.Int("max_seq_len"),
                Layers = config.Int("depth"),
                FeedForwardFactor = config.Int("ff_mult", 4),
                RotaryPositions = config.Bool("rotary_position_emb", true),
                OutputBias = config.Bool("attn_out_bias", false),
                TiedEmbedding = config.Bool("tie_embed", false),
                EmbeddingDropout = config.Double("emb_dropout", 0),
                AttentionDropout = config.Double("attn_dropout", 0),
                FeedForwardDropout = config.Double("ff_dropout", 0),
            };
        }
    }
}
