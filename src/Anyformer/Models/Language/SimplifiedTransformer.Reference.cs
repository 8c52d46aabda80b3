using Anyformer.Attention.Softmax;
using Anyformer.Blocks.Simplified;
using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>Cases of bobby-he/simplified_transformers, <c>simplified_transformers/model_utils.py</c>: GPT-2 whose blocks <c>convertGPT2model</c> has replaced.</summary>
[Reference("simplified-blocks")]
internal sealed class SimplifiedTransformerReference : ModelReference<SimplifiedTransformer>
{
    protected override SimplifiedTransformer Build(ParityCase parity)
    {
        var model = new SimplifiedTransformer(new LanguageShape(parity.Config.Int("vocab_size"), parity.Config.Int("n_positions")), Options(parity.Config));
        LayInputsFirst(model);
        return model;
    }

    protected override StateDictLayout Layout(ParityCase parity)
    {
        const string own = "blocks.{i}", official = "transformer.h.{i}";
        var layout = new StateDictLayout()
            .Repeat("embedding.weight", "transformer.wte.weight", "lm_head.weight")
            .Rename("positions.weight", "transformer.wpe.weight")
            .Rename("norm.{p}", "transformer.ln_f.{p}")
            .Transpose($"{own}.mixer.query_key_projection.weight", $"{official}.attn.qk_attn.weight")
            .Rename($"{own}.mixer.query_key_projection.bias", $"{official}.attn.qk_attn.bias")
            .Transpose($"{own}.feed_forward.hidden.weight", $"{official}.mlp.c_fc.weight")
            .Transpose($"{own}.feed_forward.output.weight", $"{official}.mlp.c_proj.weight");
        foreach (var frozen in new[] { "attn.v_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj" })
            layout.Unused($"{official}.{frozen}.bias");
        AddGains(layout, parity.Config);
        AddNorms(layout, parity.Config);
        return layout;
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(SimplifiedTransformer module, ParityCase parity)
    {
        var tokens = parity.Input("input_ids");
        using var recorder = new Recorder();
        var states = module.CallStates(new TextInput(tokens) { Real = parity.OptionalInput("attention_mask")?.Ne(0) });
        var scores = module.CallScores(states);
        Tensor[] blocks = [.. recorder.Named("states").SkipLast(1).Select(state => state.Alias()), states];
        var outputs = blocks.Index().ToDictionary(block => $"hidden_states.{block.Index + 1}", block => block.Item);
        outputs["logits"] = scores;
        outputs["loss"] = scores[.., ..^1].Flatten(0, 1).CrossEntropyLoss(tokens[.., 1..].Flatten());
        return outputs;
    }

    /// <summary>
    /// Lays the matrices inputs first in memory, as the reference does: libtorch then adds up products in the same order. Without skip connections a
    /// rounding grows from block to block until gradients differ by more than the cases allow, the reference's own from those in double precision too.
    /// </summary>
    private static void LayInputsFirst(Module model)
    {
        using var unrecorded = Autograd.NoGrad();
        foreach (var weight in model.Modules().Where(item => item.Module is Linear or IdentityMap).SelectMany(item => item.Module.Parameters()))
            if (weight.Dimensions == 2)
                weight.SetData(weight.Transpose(0, 1).Contiguous().Transpose(0, 1));
    }

    private static SimplifiedOptions Options(ReferenceConfig config)
    {
        // They draw fresh weights, or drop in training.
        config.WithoutEffect("initializer_range", "val_proj_init_std", "query_init_std", "key_init_std", "tie_valproj_init", "mlp_proj_init_std",
            "resid_pdrop", "attn_pdrop", "embd_pdrop");
        var (width, epsilon) = (config.Int("n_embd"), config.Double("layer_norm_epsilon", 1e-5));
        return new SimplifiedOptions
        {
            Width = width,
            Layers = config.Int("n_layer"),
            Heads = config.Int("n_head"),
            FeedForwardWidth = config.Int("n_inner", 4 * width),
            Activation = config.Activation("activation_function", "leaky_relu").Replace("leaky_relu", "leaky-relu", StringComparison.Ordinal),
            NegativeSlope = config.Double("lrelu_neg_slope", 0),
            Norm = Norm(config.String("norm_type"), epsilon),
            NormEpsilon = epsilon,
            Placement = config.String("norm_position") == "post" ? NormPlacement.Post : NormPlacement.Pre,
            Parallel = config.Bool("parallel_layers"),
            Attention = AttentionOptions(config, epsilon),
            FirstValueGain = config.Has("first_layer_value_resid_gain") ? config.Double("first_layer_value_resid_gain") : null,
            LastOutputGain = config.Has("last_layer_proj_resid_gain") ? config.Double("last_layer_proj_resid_gain") : null,
            AttentionGain = config.Double("attn_block_resid_gain"),
            AttentionSkip = config.Double("attn_block_skip_gain"),
            LearnsAttentionGains = config.Bool("trainable_attn_block_gains"),
            FeedForwardGain = config.Double("mlp_block_resid_gain"),
            FeedForwardSkip = config.Double("mlp_block_skip_gain"),
            LearnsFeedForwardGains = config.Bool("trainable_mlp_block_gains"),
        };
    }

    private static SimplifiedAttentionOptions AttentionOptions(ReferenceConfig config, double epsilon)
    {
        var centred = config.Bool("centre_attn");
        var (identity, centre) = (config.Double("attn_mat_skip_gain"), config.Double("centre_attn_gain"));
        return new SimplifiedAttentionOptions
        {
            Shape = new ShapedAttentionOptions
            {
                Attention = config.Double("attn_mat_resid_gain"),
                Identity = centred ? identity : null,
                Centre = centred && centre != 0 ? centre : null,
                Learned = config.Bool("trainable_attn_mat_gains"),
                ScoreCap = config.String("dot_norm_type") == "tanh" ? 30 : null,
            },
            Values = Map(config, "value_resid_gain", "value_skip_gain", "trainable_value_gains", "val_init_type"),
            Output = Map(config, "proj_resid_gain", "proj_skip_gain", "trainable_proj_gains", "proj_init_type"),
            NormalizesQueriesAndKeys = config.String("qk_norm_type") == "rmsnorm",
            NormEpsilon = epsilon,
        };
    }

    private static IdentityMapOptions Map(ReferenceConfig config, string matrix, string identity, string learned, string start)
    {
        var options = new IdentityMapOptions { Matrix = config.Double(matrix), Identity = config.Double(identity, 1), Learned = config.Bool(learned) };
        var kind = config.String(start);
        if (!config.Has(identity))
            return IdentityMapOptions.Plain;
        return kind == "id" ? options : throw new UserException($"The matrix beside the learned one must be the identity, found {start} '{kind}': others are in no checkpoint.");
    }

    private static Part<NormalizationLayer>? Norm(string kind, double epsilon) => kind switch
    {
        "rmsnorm" => Part<NormalizationLayer>.Of("rms-norm-root", new RootRmsNormOptions { Epsilon = epsilon }),
        "ln" => Part<NormalizationLayer>.Of("layer-norm", new LayerNormOptions { Epsilon = epsilon }),
        "none" => null,
        _ => throw new UserException($"The normalisation 'norm_type' must be rmsnorm, ln or none, found '{kind}'."),
    };

    /// <summary>Gains that are learned are parameters; the others are numbers of the configuration, and so is one of what is not there.</summary>
    private static void AddGains(StateDictLayout layout, ReferenceConfig config)
    {
        const string own = "blocks.{i}", official = "transformer.h.{i}";
        var parallel = config.Bool("parallel_layers");
        void Scalar(string gain, string name, bool learned)
        {
            if (learned)
                layout.Rename($"{own}.{gain}.factor", $"{official}.{name}");
            else
                layout.Unused($"{official}.{name}");
        }

        var (mixing, feeding) = (config.Bool("trainable_attn_block_gains"), config.Bool("trainable_mlp_block_gains"));
        Scalar(parallel ? "mixer_gain" : "mixer_wiring.branch_gain", "attn_block_resid_gain", mixing);
        Scalar("mixer_wiring.skip_gain", "attn_block_skip_gain", mixing && !parallel && config.Double("attn_block_skip_gain") != 0);
        Scalar(parallel ? "feed_forward_gain" : "feed_forward_wiring.branch_gain", "mlp_block_resid_gain", feeding);
        Scalar("feed_forward_wiring.skip_gain", "mlp_block_skip_gain", feeding && !parallel && config.Double("mlp_block_skip_gain") != 0);
        var (shaping, centred) = (config.Bool("trainable_attn_mat_gains"), config.Bool("centre_attn"));
        var function = config.String("qk_norm_type") == "rmsnorm" ? "mixer.function.function" : "mixer.function";
        AddHeadGain(layout, $"{function}.attention_gain", "attn_mat_resid_gain", shaping);
        AddHeadGain(layout, $"{function}.identity_gain", "attn_mat_skip_gain", shaping && centred);
        AddHeadGain(layout, $"{function}.centre_gain", "centre_attn_gain", shaping && centred && config.Double("centre_attn_gain") != 0);
        AddMap(layout, "value_map", "v_attn", config.Bool("trainable_value_gains"));
        AddMap(layout, "output_map", "c_proj", config.Bool("trainable_proj_gains"));
    }

    private static void AddHeadGain(StateDictLayout layout, string own, string name, bool learned)
    {
        var official = $"transformer.h.{{i}}.attn.{name}";
        if (learned)
            layout.Convert($"blocks.{{i}}.{own}.factor", official, gain => gain.View([1, -1, 1, 1]), gain => gain.Flatten());
        else
            layout.Unused(official);
    }

    private static void AddMap(StateDictLayout layout, string own, string name, bool learned)
    {
        var (map, official) = ($"blocks.{{i}}.mixer.{own}", $"transformer.h.{{i}}.attn.{name}");
        layout.Transpose($"{map}.weight", $"{official}.weight");
        foreach (var (gain, officialGain) in new[] { ("matrix_gain", "resid_gain"), ("identity_gain", "skip_gain") })
        {
            if (learned)
                layout.Rename($"{map}.{gain}.factor", $"{official}.{officialGain}");
            else
                layout.Unused($"{official}.{officialGain}");
        }
    }

    private static void AddNorms(StateDictLayout layout, ReferenceConfig config)
    {
        const string own = "blocks.{i}", official = "transformer.h.{i}";
        var parallel = config.Bool("parallel_layers");
        var first = parallel ? $"{own}.norm" : $"{own}.mixer_wiring.norm";
        foreach (var (name, officialName) in config.String("norm_type") == "rmsnorm" ? [("weight", "scale")] : new[] { ("weight", "weight"), ("bias", "bias") })
        {
            layout.Rename($"{first}.{name}", $"{official}.ln_1.{officialName}");
            if (parallel)
                layout.Unused($"{official}.ln_2.{officialName}");
            else
                layout.Rename($"{own}.feed_forward_wiring.norm.{name}", $"{official}.ln_2.{officialName}");
        }

        foreach (var norm in new[] { "q_norm", "k_norm" })
            layout.Rename($"{own}.mixer.function.{(norm == "q_norm" ? "query_norm" : "key_norm")}.weight", $"{official}.attn.{norm}.scale");
    }
}
