using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Checkpoints;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary>Cases of where a block places its normalisation, by the code that they were computed with.</summary>
internal static class PlacementReferences
{
    public static ParityResult Run(ParityCase parity)
    {
        ReferenceAdapter adapter = parity.Config switch
        {
            var config when config.Has("encoder_embed_dim") => new TorchScaleReference(),
            var config when config.Has("resi_dual") => new ResiDualReference(),
            var config when config.Has("depth") => new XTransformersReference(),
            var config when config.Has("norm_first") => new TorchReference(),
            _ when parity.Inputs.ContainsKey("tgt") => new ReZeroDecoderReference(),
            _ => new ReZeroEncoderReference(),
        };
        return adapter.Run(parity);
    }

    private static Dictionary<string, Tensor> Output(Tensor tensor) => new() { ["out"] = tensor };

    /// <summary>True where a token is real; null when nothing is padding.</summary>
    private static AttentionMask? Mask(Tensor? padding) => padding is null ? null : AttentionMask.OfTokens(!padding);

    private static StateDictLayout TorchAttention(this StateDictLayout layout, string own, string official) => layout
        .Merge($"{official}.in_proj_weight", 0, $"{own}.query_projection.weight", $"{own}.key_projection.weight", $"{own}.value_projection.weight")
        .Merge($"{official}.in_proj_bias", 0, $"{own}.query_projection.bias", $"{own}.key_projection.bias", $"{own}.value_projection.bias")
        .Rename($"{own}.output_projection.{{p}}", $"{official}.out_proj.{{p}}");

    private static StateDictLayout TorchFeedForward(this StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}.hidden.{{p}}", $"{official}linear1.{{p}}")
        .Rename($"{own}.output.{{p}}", $"{official}linear2.{{p}}");

    private static (MultiHeadAttention Attention, PositionwiseFeedForward FeedForward) TorchSublayers(ReferenceConfig config)
    {
        config.WithoutEffect("dropout", "batch_first");
        var width = config.Int("d_model");
        return (
            new MultiHeadAttention(width, config.Int("nhead"), new SoftmaxAttention()),
            new PositionwiseFeedForward(width, config.Int("dim_feedforward"), Activations.Named(config.String("activation"))));
    }

    /// <summary>torch.nn.TransformerEncoderLayer, several of them; before a last normalisation when the norm comes first.</summary>
    private sealed class TorchReference : ModelReference<NormedStack>
    {
        protected override NormedStack Build(ParityCase parity)
        {
            var (config, width) = (parity.Config, parity.Config.Int("d_model"));
            var isFirst = config.Bool("norm_first");
            var layers = 1 + parity.Weights.Keys.Where(name => name.StartsWith("layers.", StringComparison.Ordinal)).Max(name => int.Parse(name.Split('.')[1]));
            Wiring Wiring() => isFirst ? new PreNorm(new LayerNorm(width)) : new PostNorm(new LayerNorm(width));
            EncoderBlock Block()
            {
                var (attention, feedForward) = TorchSublayers(config);
                return new EncoderBlock(attention, Wiring(), feedForward, Wiring());
            }

            return new NormedStack(ModuleList<EncoderBlock>.Of(layers, _ => Block()), isFirst ? new LayerNorm(width) : null);
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .TorchAttention("blocks.{i}.mixer", "layers.{i}.self_attn")
            .TorchFeedForward("blocks.{i}.feed_forward", "layers.{i}.")
            .Rename("blocks.{i}.mixer_wiring.norm.{p}", "layers.{i}.norm1.{p}")
            .Rename("blocks.{i}.feed_forward_wiring.norm.{p}", "layers.{i}.norm2.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(NormedStack module, ParityCase parity) =>
            Output(module.Call(parity.Input("x"), Mask(parity.OptionalInput("padding"))));
    }

    /// <summary>torchscale's Encoder: DeepNorm, or pre-norm with a normalisation inside each sublayer.</summary>
    private sealed class TorchScaleReference : ModelReference<NormedStack>
    {
        protected override NormedStack Build(ParityCase parity)
        {
            var config = parity.Config;
            var (width, heads, layers) = (config.Int("encoder_embed_dim"), config.Int("encoder_attention_heads"), config.Int("encoder_layers"));
            var (inner, isFirst) = (config.Bool("subln"), config.Bool("encoder_normalize_before"));
            NormalizationLayer Norm(int size) => new LayerNorm(size);
            Wiring Wiring() => config.Bool("deepnorm") ? new DeepNorm(Norm(width), DeepNormScale.Alone(layers))
                : isFirst ? new PreNorm(Norm(width)) : new PostNorm(Norm(width));
            Linear Map() => new(width, width);
            EncoderBlock Block()
            {
                var hidden = config.Int("encoder_ffn_embed_dim");
                return new EncoderBlock(
                    new MultiHeadAttention(heads, Map(), Map(), Map(), Map(), new SoftmaxAttention(), inner ? Norm(width) : null), Wiring(),
                    new PositionwiseFeedForward(width, hidden, Activations.Named("gelu"), hiddenNorm: inner ? Norm(hidden) : null), Wiring());
            }

            return new NormedStack(ModuleList<EncoderBlock>.Of(layers, _ => Block()), isFirst ? Norm(width) : null);
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Rename("blocks.{i}.mixer.query_projection.{p}", "layers.{i}.self_attn.q_proj.{p}")
            .Rename("blocks.{i}.mixer.key_projection.{p}", "layers.{i}.self_attn.k_proj.{p}")
            .Rename("blocks.{i}.mixer.value_projection.{p}", "layers.{i}.self_attn.v_proj.{p}")
            .Rename("blocks.{i}.mixer.output_projection.{p}", "layers.{i}.self_attn.out_proj.{p}")
            .Rename("blocks.{i}.mixer.context_norm.{p}", "layers.{i}.self_attn.inner_attn_ln.{p}")
            .Rename("blocks.{i}.mixer_wiring.norm.{p}", "layers.{i}.self_attn_layer_norm.{p}")
            .Rename("blocks.{i}.feed_forward.hidden.{p}", "layers.{i}.ffn.fc1.{p}")
            .Rename("blocks.{i}.feed_forward.output.{p}", "layers.{i}.ffn.fc2.{p}")
            .Rename("blocks.{i}.feed_forward.hidden_norm.{p}", "layers.{i}.ffn.ffn_layernorm.{p}")
            .Rename("blocks.{i}.feed_forward_wiring.norm.{p}", "layers.{i}.final_layer_norm.{p}")
            .Rename("norm.{p}", "layer_norm.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(NormedStack module, ParityCase parity)
        {
            var (tokens, padding) = (parity.Input("x"), parity.OptionalInput("padding"));
            return Output(module.Call(padding is null ? tokens : tokens.MaskedFill(padding.Unsqueeze(-1), 0), Mask(padding)));
        }
    }

    /// <summary>The attention of x-transformers: projections without biases.</summary>
    private static MultiHeadAttention PlainAttention(ReferenceConfig config)
    {
        var (width, heads) = (config.Int("dim"), config.Int("heads"));
        var inner = heads * config.Int("attn_dim_head", 64);
        Linear In() => new(width, inner, bias: false);
        return new MultiHeadAttention(heads, In(), In(), In(), new Linear(inner, width, bias: false), new SoftmaxAttention());
    }

    private static PositionwiseFeedForward PlainFeedForward(ReferenceConfig config) =>
        new(config.Int("dim"), config.Int("dim") * config.Int("ff_mult", 4), Activations.Named("gelu"));

    private static StateDictLayout PlainSublayers(this StateDictLayout layout, int layer, string mixer, string feedForward) => layout
        .Rename($"{mixer}.query_projection.weight", $"layers.{2 * layer}.1.to_q.weight")
        .Rename($"{mixer}.key_projection.weight", $"layers.{2 * layer}.1.to_k.weight")
        .Rename($"{mixer}.value_projection.weight", $"layers.{2 * layer}.1.to_v.weight")
        .Rename($"{mixer}.output_projection.weight", $"layers.{2 * layer}.1.to_out.weight")
        .Rename($"{feedForward}.hidden.{{p}}", $"layers.{2 * layer + 1}.1.ff.0.0.{{p}}")
        .Rename($"{feedForward}.output.{{p}}", $"layers.{2 * layer + 1}.1.ff.3.{{p}}");

    /// <summary>The Encoder of x-transformers: sandwich norms, or gates in place of the sum.</summary>
    private sealed class XTransformersReference : ModelReference<NormedStack>
    {
        protected override NormedStack Build(ParityCase parity)
        {
            var (config, width) = (parity.Config, parity.Config.Int("dim"));
            NormalizationLayer Norm() => new LayerNorm(width);
            var (gated, scaled) = (config.Bool("gate_residual", false), config.Bool("scale_residual", false));
            Wiring Wiring() => gated ? new GatedResidual(width, Norm(), scaled)
                : config.Bool("sandwich_norm", false) ? new SandwichNorm(Norm(), Norm()) : new PreNorm(Norm());
            if (scaled && !gated)
                throw new UserException("A scaled residual without a gate is not among the placements of the survey.");
            return new NormedStack(
                ModuleList<EncoderBlock>.Of(config.Int("depth"), _ => new EncoderBlock(PlainAttention(config), Wiring(), PlainFeedForward(config), Wiring())),
                Norm());
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var layout = new StateDictLayout().Rename("norm.{p}", "final_norm.{p}");
            var isSandwich = parity.Config.Bool("sandwich_norm", false);
            for (var layer = 0; layer < parity.Config.Int("depth"); layer++)
            {
                layout.PlainSublayers(layer, $"blocks.{layer}.mixer", $"blocks.{layer}.feed_forward");
                Wiring(layout, $"blocks.{layer}.mixer_wiring", $"layers.{2 * layer}", isSandwich);
                Wiring(layout, $"blocks.{layer}.feed_forward_wiring", $"layers.{2 * layer + 1}", isSandwich);
            }

            return layout;
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(NormedStack module, ParityCase parity) => Output(module.Call(parity.Input("x")));

        private static void Wiring(StateDictLayout layout, string own, string official, bool isSandwich) => layout
            .Rename($"{own}.{(isSandwich ? "before" : "norm")}.{{p}}", $"{official}.0.0.{{p}}")
            .Rename($"{own}.after.{{p}}", $"{official}.0.1.{{p}}")
            .Rename($"{own}.residual_scale", $"{official}.2.residual_scale")
            .Rename($"{own}.input.{{p}}", $"{official}.2.gru.{{p}}_ih")
            .Rename($"{own}.state.{{p}}", $"{official}.2.gru.{{p}}_hh");
    }

    private sealed class ResiDualReference : ModelReference<ResiDual>
    {
        protected override ResiDual Build(ParityCase parity)
        {
            var (config, depth) = (parity.Config, parity.Config.Int("depth"));
            if (!config.Bool("resi_dual"))
                throw new UserException("The case says resi_dual: false; expected true.");
            return new ResiDual(
                Enumerable.Range(0, depth).Select(_ => PlainAttention(config)), Enumerable.Range(0, depth).Select(_ => PlainFeedForward(config)),
                () => new LayerNorm(config.Int("dim")), config.Double("resi_dual_scale", 1));
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var layout = new StateDictLayout().Rename("norms.{i}.{p}", "layers.{i}.0.2.{p}");
            for (var layer = 0; layer < parity.Config.Int("depth"); layer++)
                layout.PlainSublayers(layer, $"mixers.{layer}", $"feed_forwards.{layer}");
            return layout;
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(ResiDual module, ParityCase parity) => Output(module.Call(parity.Input("x")));
    }

    private sealed class ReZeroEncoderReference : ModelReference<EncoderBlock>
    {
        protected override EncoderBlock Build(ParityCase parity)
        {
            var (attention, feedForward) = TorchSublayers(parity.Config);
            var shared = new ReZero();
            return new EncoderBlock(attention, shared, feedForward, shared);
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .TorchAttention("mixer", "self_attn").TorchFeedForward("feed_forward", "").Rename("mixer_wiring.scale", "resweight");

        protected override IReadOnlyDictionary<string, Tensor> Call(EncoderBlock module, ParityCase parity) =>
            Output(module.Call(parity.Input("src").Transpose(0, 1), Mask(parity.OptionalInput("src_key_padding_mask"))).Transpose(0, 1));
    }

    private sealed class ReZeroDecoderReference : ModelReference<DecoderBlock>
    {
        protected override DecoderBlock Build(ParityCase parity)
        {
            var (attention, feedForward) = TorchSublayers(parity.Config);
            var (cross, _) = TorchSublayers(parity.Config);
            var shared = new ReZero();
            return new DecoderBlock(attention, shared, cross, shared, feedForward, shared);
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .TorchAttention("self_attention", "self_attn").TorchAttention("cross_attention", "multihead_attn").TorchFeedForward("feed_forward", "")
            .Rename("self_attention_wiring.scale", "resweight");

        protected override IReadOnlyDictionary<string, Tensor> Call(DecoderBlock module, ParityCase parity)
        {
            // torch's masks are true where a query may not see a key.
            var mask = parity.OptionalInput("tgt_mask") is { } hidden ? AttentionMask.OfPairs(!hidden) : null;
            return Output(module.Call(parity.Input("tgt").Transpose(0, 1), parity.Input("memory").Transpose(0, 1), mask).Transpose(0, 1));
        }
    }

    /// <summary>Blocks one after another, and perhaps a normalisation at the end.</summary>
    private sealed class NormedStack(ModuleList<EncoderBlock> blocks, NormalizationLayer? norm) : Module
    {
        private ModuleList<EncoderBlock> Blocks { get; } = blocks;

        private NormalizationLayer? Norm { get; } = norm;

        public Tensor Call(Tensor tokens, AttentionMask? mask = null)
        {
            using var scope = new TensorScope();
            foreach (var block in Blocks)
                tokens = block.Call(tokens, mask);
            return scope.Keep(Norm is null ? tokens : Norm.Call(tokens));
        }
    }
}
