using Anyformer.Attention;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Blocks.Alternative;

/// <summary>Cases of tensor2tensor's Evolved Transformer.</summary>
internal static class EvolvedReferences
{
    public static ReferenceAdapter Of(ParityCase parity) => parity.Inputs.ContainsKey("encoder_output") ? new DecoderReference() : new EncoderReference();

    private static AttentionMask? Mask(Tensor? real) => real is null ? null : AttentionMask.OfKeys(real > 0);

    private static StateDictLayout Attention(this StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}.query_projection.weight", $"{official}.q.weight").Rename($"{own}.key_projection.weight", $"{official}.k.weight")
        .Rename($"{own}.value_projection.weight", $"{official}.v.weight").Rename($"{own}.output_projection.weight", $"{official}.output_transform.weight");

    private static StateDictLayout Separable(this StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}.depthwise.weight", $"{official}.depthwise.weight")
        .Unsqueeze($"{own}.pointwise.weight", $"{official}.pointwise.weight", 2)
        .Rename($"{own}.pointwise.bias", $"{official}.pointwise.bias");

    private sealed class EncoderReference : ModelReference<EvolvedEncoderLayer>
    {
        protected override EvolvedEncoderLayer Build(ParityCase parity) => new(parity.Config.Int("hidden_size"), parity.Config.Int("num_heads"));

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Attention("attention", "self_attention").Separable("joined", "separable_conv_9x1")
            .Rename("values.{p}", "glu_values.{p}").Rename("gates.{p}", "glu_gates.{p}").Rename("right.{p}", "standard_conv_3x1.{p}")
            .Rename("feed_forward.hidden.{p}", "fc1.{p}").Rename("feed_forward.output.{p}", "fc2.{p}").Rename("norms.{i}.{p}", "ln.{i}.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(EvolvedEncoderLayer module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["out"] = module.Call(parity.Input("x"), Mask(parity.OptionalInput("nonpadding"))) };
    }

    private sealed class DecoderReference : ModelReference<EvolvedDecoderLayer>
    {
        protected override EvolvedDecoderLayer Build(ParityCase parity) => new(parity.Config.Int("hidden_size"), parity.Config.Int("num_heads"));

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Attention("wide_attention", "self_attention_16").Attention("first_cross_attention", "first_attend_to_encoder")
            .Attention("second_cross_attention", "second_attend_to_encoder")
            .Separable("left", "separable_conv11x1").Separable("right", "separable_conv_7x1_1").Separable("joined", "separable_conv_7x1_2")
            .Attention("self_attention", "self_attention")
            .Rename("hidden.{p}", "fc1.{p}").Rename("output.{p}", "fc2.{p}").Rename("norms.{i}.{p}", "ln.{i}.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(EvolvedDecoderLayer module, ParityCase parity) => new Dictionary<string, Tensor>
        {
            ["out"] = module.Call(parity.Input("x"), parity.Input("encoder_output"), Mask(parity.OptionalInput("encoder_nonpadding"))),
        };
    }
}
