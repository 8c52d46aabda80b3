using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Attention.Local;

/// <summary>Cases of lucidrains/local-attention: <c>LocalMHA</c>, or the attention in its heads alone.</summary>
[Reference("local-attention")]
internal sealed class LocalAttentionReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) => parity.Entry.EndsWith(": LocalMHA", StringComparison.Ordinal)
        ? new LayerReference().Run(parity)
        : new FunctionReference().Run(parity);

    /// <summary>The options that both classes of the reference take, and the mask that its option <c>causal</c> stands for.</summary>
    private static (LocalAttentionOptions Options, AttentionMask? Mask) Read(ParityCase parity, bool exact)
    {
        var config = parity.Config;
        config.WithoutEffect("autopad");
        var causal = config.Bool("causal", false);
        var isXpos = config.Bool("use_xpos", false);
        var options = new LocalAttentionOptions
        {
            Window = config.Int("window_size"),
            Backward = config.Int("look_backward", 1),
            Forward = config.Int("look_forward", 1),
            Exact = config.Bool("exact_windowsize", exact),
            SharedKeys = config.Bool("shared_qk", false),
            Positions = !config.Bool("use_rotary_pos_emb", true) ? LocalPositions.None : isXpos ? LocalPositions.Xpos : LocalPositions.Rotary,
            XposScale = config.Has("xpos_scale_base") ? config.Int("xpos_scale_base") : null,
            SeesFilling = true,
        };
        var mask = (causal, parity.OptionalInput("mask")) switch
        {
            (false, null) => null,
            (true, null) => AttentionMask.Causal,
            (_, { } keys) => AttentionMask.OfKeys(keys) with { IsCausal = causal },
        };
        return (options, mask);
    }

    private sealed class LayerReference : ModelReference<LocalMultiHeadAttention>
    {
        protected override LocalMultiHeadAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            var (heads, width) = (config.Int("heads", 8), config.Int("dim_head", 64));
            var norm = config.Bool("qk_rmsnorm", false);
            var scale = config.Double("qk_scale", 8);
            return new LocalMultiHeadAttention(
                new TokenMixerShape(0, config.Int("dim"), heads, config.Double("dropout", 0), heads * width),
                Read(parity, exact: true).Options with { Scale = norm ? scale : null },
                new LocalMultiHeadAttentionOptions(config.Bool("prenorm", false), norm, config.Bool("gate_values_per_head", false)));
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Rename("input_norm.{p}", "norm.{p}")
            .Rename("projection.{p}", "to_qkv.{p}")
            .Rename("query_scale", "q_scale")
            .Rename("key_scale", "k_scale")
            .Rename("gate.{p}", "to_v_gate.0.{p}")
            .Rename("output_projection.{p}", "to_out.{p}")
            .Unused("attn_fn.rel_pos.inv_freq");

        protected override IReadOnlyDictionary<string, Tensor> Call(LocalMultiHeadAttention module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["y"] = module.Call(parity.Input("x"), Read(parity, exact: true).Mask) };
    }

    private sealed class FunctionReference : ModelReference<LocalAttention>
    {
        protected override LocalAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            var (options, _) = Read(parity, exact: false);
            return new LocalAttention(options with
            {
                Positions = config.Has("dim") ? options.Positions : LocalPositions.None,
                Scale = config.Has("scale") ? config.Double("scale") : null,
            }, config.Double("dropout", 0));
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Unused("rel_pos.inv_freq");

        protected override IReadOnlyDictionary<string, Tensor> Call(LocalAttention module, ParityCase parity)
        {
            Tensor Heads(string name) => parity.OptionalInput("qk") is { } shared && name != "v" ? shared : parity.Input(name);
            var (queries, keys, values) = (Heads("q"), Heads("k"), Heads("v"));
            var mask = Read(parity, exact: false).Mask;
            var contexts = module.Call(Spread(queries, mask), Spread(keys, mask), Spread(values, mask), mask);
            return new Dictionary<string, Tensor> { ["y"] = contexts.View(values.Shape) };
        }

        /// <summary>The reference takes any leading dimensions, samples before heads; a mask tells how many samples there are.</summary>
        private static Tensor Spread(Tensor tokens, AttentionMask? mask) =>
            tokens.Reshape([mask?.Keys?.Size(0) ?? 1, -1, tokens.Size(-2), tokens.Size(-1)]);
    }
}
