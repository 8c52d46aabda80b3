using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Attention.Memory;

/// <summary>Cases of XuezheMax/fairseq-apollo, whose tensors have time first: the two attentions and the encoder layer.</summary>
[Reference("luna")]
internal sealed class LunaReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        ReferenceAdapter reference = parity.Entry.Split(": ")[^1] switch
        {
            "LunarMultiheadAttention" => new AttentionReference(),
            "LunarCausalAttention" => new CausalReference(),
            "LunaEncoderLayer" => new LayerReference(),
            _ => throw new UserException(
                $"The entry '{parity.Entry}' of the case is none of LunarMultiheadAttention, LunarCausalAttention and LunaEncoderLayer."),
        };
        return reference.Run(parity);
    }

    /// <summary>Keys and values that are one have a name of their own, and the keys that the causal form packs always have it.</summary>
    private static StateDictLayout Attention(StateDictLayout layout, string own, string official, bool tied, bool causal = false) => layout
        .Rename($"{own}pack_query_projection.{{p}}", $"{official}pq_proj.{{p}}")
        .Rename($"{own}pack_key_projection.{{p}}", $"{official}{(tied || causal ? "pc" : "pk")}_proj.{{p}}")
        .Rename($"{own}pack_value_projection.{{p}}", $"{official}pv_proj.{{p}}")
        .Rename($"{own}query_projection.{{p}}", $"{official}q_proj.{{p}}")
        .Rename($"{own}key_projection.{{p}}", $"{official}{(tied ? "c" : "k")}_proj.{{p}}")
        .Rename($"{own}value_projection.{{p}}", $"{official}v_proj.{{p}}")
        .Rename($"{own}output_projection.{{p}}", $"{official}out_proj.{{p}}");

    private static Tensor? BatchFirst(Tensor? tensor) => tensor?.Transpose(0, 1);

    /// <summary>The reference marks padding with true.</summary>
    private static Tensor? Real(ParityCase parity, string name) => parity.OptionalInput(name) is { } padding ? !padding : null;

    private static AttentionMask? Mask(ParityCase parity, string name) => Real(parity, name) is { } real ? AttentionMask.OfKeys(real) : null;

    private sealed class AttentionReference : ModelReference<LunaAttention>
    {
        protected override LunaAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            config.WithoutEffect("encoder_decoder_attention");
            return new LunaAttention(config.Int("embed_dim"), config.Int("num_heads"), config.Int("num_pheads"),
                config.Bool("tie_kv", true), config.Double("dropout", 0));
        }

        protected override StateDictLayout Layout(ParityCase parity) =>
            Attention(new StateDictLayout(), "", "", parity.Config.Bool("tie_kv", true));

        protected override IReadOnlyDictionary<string, Tensor> Call(LunaAttention module, ParityCase parity)
        {
            var query = BatchFirst(parity.Input("query"))!;
            var context = parity.Config.Bool("self_attention", false) ? query : BatchFirst(parity.Input("context"))!;
            var (tokens, packed) = module.Call(query, BatchFirst(parity.Input("pquery"))!, context,
                Mask(parity, "context_padding_mask"), Mask(parity, "pcontext_padding_mask"));
            return new Dictionary<string, Tensor> { ["attn"] = tokens.Transpose(0, 1), ["pcontext"] = packed.Transpose(0, 1) };
        }
    }

    private sealed class CausalReference : ModelReference<LunaAttention>
    {
        protected override LunaAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            // Both ways of summing give the same.
            config.WithoutEffect("parallel");
            var heads = config.Int("num_heads");
            return new LunaAttention(config.Int("embed_dim"), heads, heads, config.Bool("tie_kv", true), config.Double("dropout", 0), packsValues: false);
        }

        protected override StateDictLayout Layout(ParityCase parity) =>
            Attention(new StateDictLayout(), "", "", parity.Config.Bool("tie_kv", true), causal: true);

        /// <summary>The reference takes a mask of padding and does nothing with it.</summary>
        protected override IReadOnlyDictionary<string, Tensor> Call(LunaAttention module, ParityCase parity) => new Dictionary<string, Tensor>
        {
            ["attn"] = module.CallCausal(BatchFirst(parity.Input("query"))!, BatchFirst(parity.Input("pquery"))!,
                memoryReal: Real(parity, "pkey_padding_mask")).Transpose(0, 1),
        };
    }

    private sealed class LayerReference : ModelReference<LunaEncoderLayer>
    {
        protected override LunaEncoderLayer Build(ParityCase parity)
        {
            var config = parity.Config;
            return new LunaEncoderLayer(new LunaLayerShape(
                config.Int("encoder_embed_dim"), config.Int("encoder_attention_heads"), config.Int("encoder_projected_attention_heads"),
                config.Int("encoder_ffn_embed_dim"), Activation(config.String("activation_fn", "relu")), config.Bool("encoder_normalize_before"),
                !config.Bool("untie_luna_kv"), config.Double("dropout"), config.Double("attention_dropout"),
                config.Double("activation_dropout", config.Double("relu_dropout", 0))));
        }

        protected override StateDictLayout Layout(ParityCase parity) =>
            Attention(new StateDictLayout(), "attention.", "self_attn.", !parity.Config.Bool("untie_luna_kv"))
                .Rename("token_norm.{p}", "self_attn_layer_norm.{p}")
                .Rename("memory_norm.{p}", "self_atten_proj_layer_norm.{p}")
                .Rename("feed_forward.hidden.{p}", "fc1.{p}")
                .Rename("feed_forward.output.{p}", "fc2.{p}")
                .Rename("feed_forward_wiring.norm.{p}", "final_layer_norm.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(LunaEncoderLayer module, ParityCase parity)
        {
            var (x, px) = module.Call(BatchFirst(parity.Input("x"))!, BatchFirst(parity.Input("px"))!,
                Mask(parity, "encoder_padding_mask"), Mask(parity, "encoder_projected_padding_mask"));
            return new Dictionary<string, Tensor> { ["x"] = x.Transpose(0, 1), ["px"] = px.Transpose(0, 1) };
        }

        private static string Activation(string name) => name switch
        {
            "gelu_accurate" or "gelu_fast" => "gelu-tanh",
            "linear" => "identity",
            "swish" => "silu",
            _ => name,
        };
    }
}
