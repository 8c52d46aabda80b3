using Anyformer.Attention;
using Anyformer.Attention.LongConvolutions;
using Anyformer.Checkpoints;
using Anyformer.FeedForward.Monarch;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Monarch;

/// <summary>Cases of HazyResearch/m2, <c>bert/src</c>: M2-BERT with its scores or with its pooler, the mixer, and Monarch matrices.</summary>
[Reference("monarch-mixer")]
internal sealed class MonarchMixerReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        ReferenceAdapter adapter = parity.Config switch
        {
            var config when config.Has("w1_bfly") => new MatrixCases(),
            var config when config.Has("d_model") => config.Bool("bidirectional", false) ? new MixerCases() : new CausalMixerCases(),
            _ when parity.Entry.Contains("BertForMaskedLM", StringComparison.Ordinal) => new ScoreCases(),
            _ => new PoolerCases(),
        };
        return adapter.Run(parity);
    }

    private static (LanguageShape Shape, M2BertOptions Options) Bert(ReferenceConfig config)
    {
        // Learning rates and weight decays of filters; heads and attention that a model of mixers does not have.
        config.WithoutEffect("hyena_lr_pos_emb", "hyena_wd", "hyena_filter_dropout", "long_conv_kernel_learning_rate", "num_attention_heads",
            "attention_probs_dropout_prob", "initializer_range");
        foreach (var (key, expected) in new[] { ("monarch_mixer_sequence_mixing", true), ("use_cls_token", true), ("sequence_token_planting", false), ("attention_pooling", false) })
            if (config.Bool(key, expected) != expected)
                throw new UserException($"M2-BERT is known here with '{key}' of {(expected ? "true" : "false")} alone.");
        // Filters are as long as positions there are, or longer.
        var tokens = config.Int("long_conv_l_max", 128);
        if (config.Int("max_position_embeddings", tokens) != tokens)
            throw new UserException($"M2-BERT is known here with as many positions as its filters are long, {tokens}, found {config.Int("max_position_embeddings")}.");
        return (new LanguageShape(config.Int("vocab_size"), tokens), new M2BertOptions
        {
            Width = config.Int("hidden_size"),
            Layers = config.Int("num_hidden_layers"),
            FeedForwardWidth = config.Int("intermediate_size"),
            Gated = config.Bool("use_glu_mlp", true),
            MatrixBlocks = config.Int("monarch_mlp_nblocks", 4) is var blocks && config.Bool("use_monarch_mlp", false) ? blocks : 1,
            Mixer = config.MonarchMixerOptions(),
            Bidirectional = config.Bool("bidirectional", true),
            Positions = config.Bool("use_positional_encodings", false),
            Types = config.Int("type_vocab_size", 2),
            PaddingToken = config.Has("pad_token_id") ? config.Int("pad_token_id") : null,
            Dropout = config.Double("hidden_dropout_prob", 0.1),
            HeadActivation = config.Activation("hidden_act", "gelu"),
            NormEpsilon = config.Double("layer_norm_eps", 1e-12),
            Pooling = config.Bool("pool_all", false) ? TextPooling.Mean : TextPooling.First,
        });
    }

    private static StateDictLayout BertLayout(ReferenceConfig config, string own, string official)
    {
        var layout = new StateDictLayout()
            .Rename($"{own}types.weight", $"{official}embeddings.token_type_embeddings.weight")
            .Rename($"{own}positions.weight", $"{official}embeddings.position_embeddings.weight")
            .Rename($"{own}norm.{{p}}", $"{official}embeddings.LayerNorm.{{p}}")
            .Rename($"{own}pooler.{{p}}", $"{official}pooler.dense.{{p}}")
            .Unused($"{official}embeddings.position_ids");
        var isDense = !config.Bool("use_monarch_mlp", false);
        for (var i = 0; i < config.Int("num_hidden_layers"); i++)
        {
            var (layer, theirs) = ($"{own}layers.{i}", $"{official}encoder.layer.{i}");
            layout.MonarchMixer($"{layer}.mixer.", $"{theirs}.attention.", config.Bool("bidirectional", true))
                .Rename($"{layer}.feed_forward.output.bias", $"{theirs}.mlp.wo.bias")
                .Rename($"{layer}.feed_forward_wiring.norm.{{p}}", $"{theirs}.mlp.layernorm.{{p}}");
            foreach (var (map, name) in new[] { ("hidden", "gated_layers"), ("output", "wo") })
                layout.Convert($"{layer}.feed_forward.{map}.weight", $"{theirs}.mlp.{name}.weight",
                    weight => isDense ? weight.Squeeze(0) : weight, weight => isDense ? weight.Unsqueeze(0) : weight);
        }

        return layout;
    }

    private sealed class ScoreCases : ModelReference<M2Bert>
    {
        protected override M2Bert Build(ParityCase parity)
        {
            var (shape, options) = Bert(parity.Config);
            return new M2Bert(shape, options with { Pooling = null });
        }

        protected override StateDictLayout Layout(ParityCase parity) => BertLayout(parity.Config, "encoder.", "bert.")
            .Repeat("encoder.tokens.weight", "bert.embeddings.word_embeddings.weight", "cls.predictions.decoder.weight")
            .Rename("bias", "cls.predictions.decoder.bias")
            .Rename("transform.{p}", "cls.predictions.transform.dense.{p}")
            .Rename("transform_norm.{p}", "cls.predictions.transform.LayerNorm.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(M2Bert module, ParityCase parity)
        {
            var states = module.CallStates(new TextInput(parity.Input("input_ids")) { Types = parity.OptionalInput("token_type_ids") });
            var outputs = new Dictionary<string, Tensor> { ["logits"] = module.CallScores(states) };
            if (parity.OptionalInput("labels") is { } labels)
            {
                // The token 0 is no label, and logits are made of labelled places alone.
                var labelled = labels.Flatten().Gt(0).Nonzero().Squeeze(-1);
                outputs["loss"] = module.CallScores(states.Flatten(0, 1).IndexSelect(0, labelled)).CrossEntropyLoss(labels.Flatten().IndexSelect(0, labelled));
            }

            return outputs;
        }
    }

    private sealed class PoolerCases : ModelReference<M2BertEncoder>
    {
        protected override M2BertEncoder Build(ParityCase parity)
        {
            var (shape, options) = Bert(parity.Config);
            return new M2BertEncoder(shape, options);
        }

        protected override StateDictLayout Layout(ParityCase parity) =>
            BertLayout(parity.Config, "", "").Rename("tokens.weight", "embeddings.word_embeddings.weight");

        protected override IReadOnlyDictionary<string, Tensor> Call(M2BertEncoder module, ParityCase parity)
        {
            var real = parity.OptionalInput("attention_mask")?.Ne(0);
            var states = module.Call(new TextInput(parity.Input("input_ids")) { Real = real, Types = parity.OptionalInput("token_type_ids") });
            return new Dictionary<string, Tensor> { ["sequence_output"] = states, ["pooled_output"] = module.CallPooled(states, real) };
        }
    }

    private sealed class MixerCases : ModelReference<MonarchMixer>
    {
        protected override MonarchMixer Build(ParityCase parity)
        {
            var (shape, options) = parity.Config.MonarchMixer();
            return new MonarchMixer(shape, options);
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().MonarchMixer("", "", isBidirectional: true);

        protected override IReadOnlyDictionary<string, Tensor> Call(MonarchMixer module, ParityCase parity) => Mixed(module, module.Convolution, parity);
    }

    private sealed class CausalMixerCases : ModelReference<CausalMonarchMixer>
    {
        protected override CausalMonarchMixer Build(ParityCase parity)
        {
            var (shape, options) = parity.Config.MonarchMixer();
            return new CausalMonarchMixer(shape, options);
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().MonarchMixer("", "", isBidirectional: false);

        protected override IReadOnlyDictionary<string, Tensor> Call(CausalMonarchMixer module, ParityCase parity) => Mixed(module, module.Convolution, parity);
    }

    private static Dictionary<string, Tensor> Mixed(TokenMixer mixer, GatedLongConvolution convolution, ParityCase parity)
    {
        var (back, ahead) = convolution.LongFilter.Filters(parity.Input("u").Size(1));
        var outputs = new Dictionary<string, Tensor> { ["y"] = mixer.Call(parity.Input("u")), ["kernel"] = back };
        if (ahead is not null)
            outputs["kernel_rev"] = ahead;
        return outputs;
    }

    /// <summary>A product of two factors that are given as weights, and two block-diagonal maps.</summary>
    private sealed class MatrixCases : ModelReference<MatrixCases.Matrices>
    {
        internal sealed class Matrices(ReferenceConfig config) : Module
        {
            public Parameter W1 { get; } = Parameter.Empty(Shape(config, "w1_bfly"));

            public Parameter W2 { get; } = Parameter.Empty(Shape(config, "w2_bfly"));

            public BlockDiagonalLinear Ragged { get; } = Map(config, "ragged");

            public BlockDiagonalLinear Shuffled { get; } = Map(config, "shuffled");

            private static long[] Shape(ReferenceConfig config, string key) => [.. config.Ints(key).Select(size => (long)size)];

            private static BlockDiagonalLinear Map(ReferenceConfig config, string key)
            {
                var map = new ReferenceConfig(config.Json(key));
                var built = new BlockDiagonalLinear(map.Int("in_features"), map.Int("out_features"), map.Int("nblocks", 4), map.Bool("bias", true), map.Bool("shuffle", false));
                return map.UnreadKeys.Any() ? throw new UserException($"Of the map '{key}', {string.Join(", ", map.UnreadKeys)} is not known.") : built;
            }
        }

        protected override Matrices Build(ParityCase parity) => new(parity.Config);

        protected override IReadOnlyDictionary<string, Tensor> Call(Matrices module, ParityCase parity) => new Dictionary<string, Tensor>
        {
            ["monarch"] = MonarchLinear.Product(parity.Input($"x{module.W1.Size(0) * module.W1.Size(2)}"), module.W1, module.W2),
            ["blockdiag_ragged"] = module.Ragged.Call(Input(parity, "ragged")),
            ["blockdiag_shuffled"] = module.Shuffled.Call(Input(parity, "shuffled")),
        };

        /// <summary>Inputs are named by their width.</summary>
        private static Tensor Input(ParityCase parity, string key) => parity.Input($"x{new ReferenceConfig(parity.Config.Json(key)).Int("in_features")}");
    }
}
