using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Checkpoints;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Blocks.Lightweight;

/// <summary>Cases of mit-han-lab/lite-transformer: its convolutions, and its encoder layer of branches.</summary>
internal static class ConvolutionReferences
{
    public static ReferenceAdapter Of(ParityCase parity) => parity.Config.Has("encoder_branch_type") ? new LayerReference() : new ConvolutionReference();

    private static Dictionary<string, Tensor> Output(Tensor tensor) => new() { ["out"] = tensor };

    private static StateDictLayout Convolution(this StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}input.{{p}}", $"{official}linear1.{{p}}")
        .Rename($"{own}output.{{p}}", $"{official}linear2.{{p}}")
        .Rename($"{own}kernels.{{p}}", $"{official}weight_linear.{{p}}");

    private sealed class ConvolutionReference : ModelReference<TokenConvolution>
    {
        protected override TokenConvolution Build(ParityCase parity)
        {
            var config = parity.Config;
            var (width, maps) = (config.Int("input_size"), config.Bool("with_linear", false));
            var shape = new TokenConvolutionShape(
                width, config.Int("num_heads", 1), config.Int("kernel_size", 1), config.Bool("weight_softmax", false), config.Double("weight_dropout", 0));
            Linear? Map(int outputs) => maps ? new Linear(width, outputs) : null;
            if (parity.Entry.EndsWith("LightweightConv1dTBC", StringComparison.Ordinal))
                return new LightweightConvolution(shape, Map(width), Map(width), config.Bool("bias", false));
            return new DynamicConvolution(
                shape, Map(config.Bool("glu", false) ? 2 * width : width), Map(width), config.Bool("bias", false), config.Bool("conv_bias", false));
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Convolution("", "").Rename(
            "bias", parity.Weights.ContainsKey("conv_bias") ? "conv_bias" : "bias");

        protected override IReadOnlyDictionary<string, Tensor> Call(TokenConvolution module, ParityCase parity)
        {
            var (kernel, before) = (parity.Config.Int("kernel_size", 1), parity.Config.Int("padding_l", 0));
            if (before != kernel - 1 && before != kernel / 2)
                throw new UserException($"The case pads {before} tokens before a kernel of {kernel}; expected {kernel / 2}, around a token, or {kernel - 1}, before it.");
            var mask = before == kernel - 1 ? AttentionMask.Causal : null;
            return Output(module.Call(parity.Input("x").Transpose(0, 1), mask).Transpose(0, 1));
        }
    }

    private sealed class LayerReference : ModelReference<EncoderBlock>
    {
        protected override EncoderBlock Build(ParityCase parity)
        {
            var config = parity.Config;
            config.WithoutEffect("ffn_init");
            var (width, dropout) = (config.Int("encoder_embed_dim"), config.Double("dropout"));
            Wiring Wiring() => config.Bool("encoder_normalize_before")
                ? new PreNorm(new LayerNorm(width), dropout) : new PostNorm(new LayerNorm(width), dropout);
            var branches = config.Json("encoder_branch_type").EnumerateArray().Select(branch => Branch(branch.GetString()!.Split(':'), config));
            return new EncoderBlock(
                new LongShortRangeAttention([.. branches]), Wiring(),
                new PositionwiseFeedForward(width, config.Int("encoder_ffn_embed_dim"), Activations.Named(config.String("activation_fn"))), Wiring());
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            const string own = "mixer.branches.{i}.", official = "self_attn.branches.{i}.";
            var layout = new StateDictLayout();
            foreach (var (name, letter) in new[] { ("query", "q_proj"), ("key", "k_proj"), ("value", "v_proj"), ("output", "out_proj") })
                layout.Rename($"{own}{name}_projection.{{p}}", $"{official}{letter}.{{p}}");
            return layout.Convolution(own, official)
                .Rename($"{own}weight", $"{official}weight")
                .Rename("feed_forward.hidden.{p}", "fc1.{p}").Rename("feed_forward.output.{p}", "fc2.{p}")
                .Rename("mixer_wiring.norm.{p}", "self_attn_layer_norm.{p}").Rename("feed_forward_wiring.norm.{p}", "final_layer_norm.{p}");
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(EncoderBlock module, ParityCase parity)
        {
            var mask = parity.OptionalInput("encoder_padding_mask") is { } padding ? AttentionMask.OfTokens(!padding) : null;
            return Output(module.Call(parity.Input("x").Transpose(0, 1), mask).Transpose(0, 1));
        }

        /// <summary>A branch as the reference's options write it: kind, kernel, channels and heads.</summary>
        private static (TokenMixer Mixer, int Width) Branch(string[] parts, ReferenceConfig config)
        {
            var (width, heads, dropout, isGated) = (int.Parse(parts[2]), int.Parse(parts[3]), config.Double("attention_dropout"), config.Bool("encoder_glu"));
            var first = config.Ints("encoder_kernel_size_list")[0];
            TokenConvolutionShape Shape() => new(
                width, heads, parts[1] == "default" ? first : int.Parse(parts[1]), config.Bool("weight_softmax"), config.Double("weight_dropout"));
            Linear? Map(int outputs) => config.Bool("conv_linear") ? new Linear(width, outputs) : null;
            TokenMixer mixer = parts[0] switch
            {
                "attn" => new MultiHeadAttention(width, heads, new SoftmaxAttention(dropout)),
                "lightweight" => new LightweightConvolution(Shape(), Map(width), Map(width), bias: false),
                "dynamic" => new DynamicConvolution(Shape(), Map(isGated ? 2 * width : width), Map(width), kernelBias: false, bias: false),
                var kind => throw new UserException($"The branch '{kind}' of the case is unknown; expected attn, lightweight or dynamic."),
            };
            return (mixer, width);
        }
    }
}
