using Anyformer.Attention.Softmax;
using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Attention.Priors;

/// <summary>Priors on scores: the bells of localness, and the Gaussian Transformer.</summary>
internal sealed class ScoreModifierReference : ModelReference<ModifiedAttention>
{
    protected override ModifiedAttention Build(ParityCase parity) => new([Modifier(parity.Config)]);

    protected override StateDictLayout Layout(ParityCase parity)
    {
        const string own = "modifiers.0.";
        return new StateDictLayout()
            .Rename($"{own}slope", "w").Rename($"{own}offset", "b")
            .Rename($"{own}center_hidden.weight", "W_p").Rename($"{own}center_output", "U_p")
            .Rename($"{own}window_hidden.weight", "W_d").Rename($"{own}window_output", "U_d");
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(ModifiedAttention module, ParityCase parity)
    {
        using var recorder = new Recorder();
        var outputs = new Dictionary<string, Tensor> { ["out"] = module.Call(parity.Input("q"), parity.Input("k"), parity.Input("v")) };
        foreach (var (name, recorded) in new[] { ("attention", "weights"), ("center", "center"), ("window", "window") })
            if (recorder.Named(recorded).SingleOrDefault() is { } tensor)
                outputs[name] = tensor.Alias();
        return outputs;
    }

    private static ScoreModifier Modifier(ReferenceConfig config)
    {
        if (!config.Has("window"))
        {
            // The weights of the case replace these.
            config.WithoutEffect("w", "b");
            return new GaussianPrior();
        }

        var shape = new AttentionShape(config.Int("heads"), config.Int("dim"));
        return config.String("window") switch
        {
            "fixed" => new FixedLocalGaussian(shape, new FixedLocalGaussianOptions { Window = config.Double("fixed", 10) }),
            "query" => new QueryLocalGaussian(shape),
            "layer" => new LayerLocalGaussian(shape),
            var kind => throw new UserException($"The window '{kind}' of the case is none of fixed, query and layer."),
        };
    }
}

/// <summary>Heads of three kinds, by the authors' later code; there queries come scaled.</summary>
internal sealed class LocalAndDistantReference : ModelReference<LocalAndDistantAttention>
{
    protected override LocalAndDistantAttention Build(ParityCase parity)
    {
        var config = parity.Config;
        var (local, distant) = (config.Int("local_heads"), config.Int("long_heads"));
        return new LocalAndDistantAttention(new AttentionShape(config.Int("general_heads") + local + distant, config.Int("dim")),
            new LocalAndDistantAttentionOptions { LocalHeads = local, DistantHeads = distant, Window = config.Double("window_size") });
    }

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
        .Rename("query_transform.{p}", "q_pos_transform.{p}").Rename("context_transform.{p}", "v_pos_transform.{p}")
        .Rename("center_output.{p}", "pos_transform.{p}");

    protected override IReadOnlyDictionary<string, Tensor> Call(LocalAndDistantAttention module, ParityCase parity)
    {
        using var recorder = new Recorder();
        var queries = parity.Input("q");
        var mask = parity.OptionalInput("bias") is { } added ? AttentionMask.OfPairs(added.Eq(0)) : null;
        var output = module.Call(queries * Math.Sqrt(queries.Size(-1)), parity.Input("k"), parity.Input("v"), mask);
        var outputs = new Dictionary<string, Tensor> { ["out"] = output, ["attention"] = recorder.Named("weights").Single().Alias() };
        if (recorder.Named("center").SingleOrDefault() is { } center)
            outputs["center"] = center.Alias();
        return outputs;
    }
}

/// <summary>
/// A layer of the authors with nothing but attention. Their code takes the memory of the contexts, (heads, tokens, head width), as if it were
/// (heads, head width, tokens): only the cases do so, since tokens would see each other without any weight.
/// </summary>
internal sealed class EvolvingReference : ModelReference<EvolvingReference.Layer>
{
    protected override Layer Build(ParityCase parity)
    {
        var config = parity.Config;
        config.WithoutEffect("kernel_size", "dilation", "padding");
        var (inputs, outputs) = (config.Int("in_channels"), config.Int("out_channels"));
        if (config.Double("k") != 1 || config.Double("v") != 1 || config.Bool("att_downsample") || config.Bool("relative"))
            throw new UserException("Evolving attention is checked alone: expected k and v of 1, no att_downsample, and relative to be false.");
        return new Layer(inputs, outputs, config.Int("Nh"), config.Double("alpha"), config.Double("beta"), !config.Bool("with_att_conv"));
    }

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
        .Unsqueeze("projection.weight", "qkv_conv.weight", -1).Rename("projection.bias", "qkv_conv.bias")
        .Rename("scores.convolution.{p}", "att_conv.0.{p}")
        .Unused("pool_input.weight").Unused("pool_input_att.weight").Unused("att_conv2.0.{p}");

    protected override IReadOnlyDictionary<string, Tensor> Call(Layer module, ParityCase parity)
    {
        var (output, scores) = module.Call(parity.Input("x"), parity.OptionalInput("prev_att"));
        return new Dictionary<string, Tensor> { ["out"] = output, ["logits"] = scores };
    }

    internal sealed class Layer(int inputs, int outputs, int heads, double alpha, double beta, bool isFirst) : Module
    {
        private readonly int _heads = heads;

        private Linear Projection { get; } = new(inputs, 3 * outputs);

        private EvolvingScores Scores { get; } = new(heads, alpha, beta, isFirst);

        public (Tensor Output, Tensor Scores) Call(Tensor channels, Tensor? earlier)
        {
            var parts = Projection.Call(channels.Transpose(1, 2)).Chunk(3, -1);
            Tensor Split(Tensor part) => Heads.Split(part, _heads);
            var (contexts, scores) = Scores.Call(Split(parts[0]), Split(parts[1]), Split(parts[2]), earlier, mask: null);
            return (contexts.Contiguous().View([channels.Size(0), -1, channels.Size(2)]), scores);
        }
    }
}

/// <summary>Hard-coded attention; the authors' lists are for heads, for layers, or for the heads of all layers.</summary>
internal sealed class HardCodedReference : ModelReference<HardCodedAttention>
{
    protected override HardCodedAttention Build(ParityCase parity)
    {
        var config = parity.Config;
        // How the authors' code computes the same, and what it looks up again from the lists.
        config.WithoutEffect("attn_impl", "attn_ofs_uniq", "attn_std_uniq");
        if (config.Int("attn_window", -1) is >= 0 and var window)
            throw new UserException($"Hard-coded attention has no window, found attn_window {window}, expected -1.");
        if (config.String("attn_type") != "normal")
            throw new UserException($"Hard-coded attention is normal, found attn_type {config.String("attn_type")}.");
        var options = new HardCodedAttentionOptions
        {
            Offsets = [.. OfLayer(config, "attn_offset")],
            Deviations = [.. OfLayer(config, "attn_std")],
            Threshold = Math.Max(0, config.Double("attn_threshold")),
        };
        return new HardCodedAttention(new TokenMixerShape(0, config.Int("embed_dim"), config.Int("num_heads")), options);
    }

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Rename("value_projection.weight", "input_weights");

    protected override IReadOnlyDictionary<string, Tensor> Call(HardCodedAttention module, ParityCase parity)
    {
        var values = parity.Input("values");
        var keys = parity.OptionalInput("key_mask") is { } padding ? !padding : null;
        var mask = new AttentionMask { IsCausal = parity.Config.Bool("causal"), Keys = keys };
        var queries = (parity.OptionalInput("queries") ?? values).Size(1);
        return new Dictionary<string, Tensor> { ["out"] = module.CallCross(queries, values, parity.Config.Double("word_count_ratio", 1), mask) };
    }

    /// <summary>The numbers of the heads of this layer.</summary>
    private static IEnumerable<double> OfLayer(ReferenceConfig config, string key)
    {
        double[] values = [.. config.Json(key).EnumerateArray().Select(item => item.GetDouble())];
        var (layers, heads, layer) = (config.Int("num_layers"), config.Int("num_heads"), config.Int("layer_i"));
        if (values.Length == layers * heads)
            return values[(layer * heads)..((layer + 1) * heads)];
        return values.Length == layers && values.Length != heads ? [values[layer]] : values;
    }
}
