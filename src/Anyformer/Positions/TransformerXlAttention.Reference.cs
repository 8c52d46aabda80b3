using Anyformer.Attention;
using Anyformer.Checkpoints;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>The attention layer of the authors, with its skip connection and normalisation; time comes first.</summary>
internal sealed class TransformerXlReference : ModelReference<TransformerXlReference.Layer>
{
    protected override Layer Build(ParityCase parity)
    {
        var (config, heads, width) = (parity.Config, parity.Config.Int("n_head"), parity.Config.Int("d_model"));
        config.WithoutEffect("dropout", "dropatt");
        var shape = new TokenMixerShape(0, width, heads, InnerWidth: heads * config.Int("d_head"));
        var options = new TransformerXlAttentionOptions { ClampDistance = Math.Max(0, config.Int("clamp_len", -1)) };
        return new Layer(new TransformerXlAttention(shape, options), new LayerNorm(width), config.Bool("pre_lnorm", false));
    }

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
        .Merge("attn.qkv_net.weight", 0, "attention.query_projection.weight", "attention.key_projection.weight", "attention.value_projection.weight")
        .Rename("attention.position_projection.weight", "attn.r_net.weight")
        .Rename("attention.output_projection.weight", "attn.o_net.weight")
        .Rename("attention.content_bias", "r_w_bias")
        .Rename("attention.position_bias", "r_r_bias")
        .Rename("norm.{p}", "attn.layer_norm.{p}")
        // The frequencies of the sinusoids, which follow from the width.
        .Unused("pos_emb.inv_freq");

    protected override IReadOnlyDictionary<string, Tensor> Call(Layer module, ParityCase parity)
    {
        var memory = parity.OptionalInput("mems")?.Transpose(0, 1);
        return PositionsReference.Output(module.Call(parity.Input("w").Transpose(0, 1), memory).Transpose(0, 1));
    }

    internal sealed class Layer(TransformerXlAttention attention, LayerNorm norm, bool isNormFirst) : Module
    {
        private readonly bool _isNormFirst = isNormFirst;

        private TransformerXlAttention Attention { get; } = attention;

        private LayerNorm Norm { get; } = norm;

        public Tensor Call(Tensor tokens, Tensor? memory) => _isNormFirst
            ? tokens + Attention.Call(Norm.Call(tokens), memory is null ? null : Norm.Call(memory), AttentionMask.Causal)
            : Norm.Call(tokens + Attention.Call(tokens, memory, AttentionMask.Causal));
    }
}
