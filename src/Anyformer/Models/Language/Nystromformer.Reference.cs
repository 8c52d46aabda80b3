using Anyformer.Attention;
using Anyformer.Attention.LowRank;
using Anyformer.Checkpoints;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>
/// Cases of Nyströmformer in Hugging Face's transformers, <c>models/nystromformer/modeling_nystromformer.py</c>: the model, or its self-attention
/// before the output projection; and of the authors' attention in mlpen/Nystromformer, <c>LRA/code/attention_nystrom.py</c>.
/// </summary>
[Reference("nystromformer")]
internal sealed class NystromformerReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        if (parity.Config.Has("vocab_size"))
            return new ModelCases().Run(parity);
        return parity.Inputs.ContainsKey("Q") ? new FunctionCases().Run(parity) : new LayerCases().Run(parity);
    }

    private static int? Kernel(ReferenceConfig config) => config.Has("conv_kernel_size") ? config.Int("conv_kernel_size") : null;

    private sealed class ModelCases : ModelReference<Nystromformer>
    {
        protected override Nystromformer Build(ParityCase parity)
        {
            var config = parity.Config;
            // Segments follow from the tokens, of which the reference takes this number alone.
            config.WithoutEffect("segment_means_seq_len", "initializer_range", "bos_token_id", "eos_token_id", "attention_probs_dropout_prob");
            RefuseOtherStart(config);
            return new Nystromformer(new NystromformerOptions
            {
                Vocabulary = config.Int("vocab_size"),
                Width = config.Int("hidden_size"),
                Layers = config.Int("num_hidden_layers"),
                Heads = config.Int("num_attention_heads"),
                FeedForwardWidth = config.Int("intermediate_size"),
                Activation = config.Activation("hidden_act", "gelu_new"),
                Positions = config.Int("max_position_embeddings", 510),
                TokenTypes = config.Int("type_vocab_size", 2),
                PaddingToken = config.Int("pad_token_id", 1),
                Landmarks = config.Int("num_landmarks", 64),
                ConvolutionKernel = Kernel(config),
                Dropout = config.Double("hidden_dropout_prob", 0.1),
                NormEpsilon = config.Double("layer_norm_eps", 1e-5),
            });
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .TokenEmbedding("embedding", "embedding_norm")
            .EncoderBlocks("encoder.blocks.{i}", "mixer.output_projection", "mixer_wiring")
            .Rename("encoder.blocks.{i}.mixer.function.convolution", "encoder.layer.{i}.attention.self.conv.weight")
            .Rename("encoder.blocks.{i}.mixer.query_projection.{p}", "encoder.layer.{i}.attention.self.query.{p}")
            .Rename("encoder.blocks.{i}.mixer.key_projection.{p}", "encoder.layer.{i}.attention.self.key.{p}")
            .Rename("encoder.blocks.{i}.mixer.value_projection.{p}", "encoder.layer.{i}.attention.self.value.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(Nystromformer module, ParityCase parity)
        {
            var real = parity.OptionalInput("attention_mask")?.Ne(0);
            var encoded = module.Call(parity.Input("input_ids"), real, parity.OptionalInput("token_type_ids"));
            return new Dictionary<string, Tensor> { ["last_hidden_state"] = encoded };
        }

        /// <summary>The reference fails with this option on.</summary>
        private static void RefuseOtherStart(ReferenceConfig config)
        {
            if (config.Bool("inv_coeff_init_option", false))
                throw new UserException("The option 'inv_coeff_init_option' of the case does not work in the reference.");
        }
    }

    /// <summary>The reference's layer ends before the output projection, so a map that changes nothing stands there.</summary>
    private sealed class LayerCases : ModelReference<MultiHeadAttention>
    {
        protected override MultiHeadAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            config.WithoutEffect("segment_means_seq_len", "attention_probs_dropout_prob");
            var (width, heads) = (config.Int("hidden_size"), config.Int("num_attention_heads"));
            var function = new NystromAttention(new TokenMixerShape(0, width, heads).OfFunction, new NystromAttentionOptions
            {
                Landmarks = config.Int("num_landmarks", 64),
                ConvolutionKernel = Kernel(config),
                BatchScale = config.String("init_option", "original") == "original",
                PaddingInLandmarks = true,
            });
            return new MultiHeadAttention(heads, new Linear(width, width), new Linear(width, width), new Linear(width, width),
                new Linear(width, width, bias: false), function);
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Rename("function.convolution", "conv.weight")
            .Rename("query_projection.{p}", "query.{p}")
            .Rename("key_projection.{p}", "key.{p}")
            .Rename("value_projection.{p}", "value.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Weights(ParityCase parity) =>
            new Dictionary<string, Tensor>(parity.Weights) { ["output_projection.weight"] = Functional.Eye(parity.Config.Int("hidden_size")) };

        protected override IReadOnlyDictionary<string, Tensor> Call(MultiHeadAttention module, ParityCase parity)
        {
            var mask = parity.OptionalInput("attention_mask") is { } added ? AttentionMask.OfTokens((added >= 0).Flatten(1)) : null;
            return new Dictionary<string, Tensor> { ["y"] = module.Call(parity.Input("x"), mask) };
        }
    }

    private sealed class FunctionCases : ModelReference<NystromAttention>
    {
        protected override NystromAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            config.WithoutEffect("seq_len");
            return new NystromAttention(new AttentionShape(config.Int("num_head"), config.Int("head_dim")), new NystromAttentionOptions
            {
                Landmarks = config.Int("num_landmarks"),
                ConvolutionKernel = Kernel(config),
                BatchScale = config.String("inv_init_coeff_option", "original") == "original",
            });
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Rename("convolution", "conv.weight");

        protected override IReadOnlyDictionary<string, Tensor> Call(NystromAttention module, ParityCase parity)
        {
            var mask = parity.OptionalInput("mask") is { } real ? AttentionMask.OfTokens(real.Ne(0)) : null;
            return new Dictionary<string, Tensor> { ["y"] = module.Call(parity.Input("Q"), parity.Input("K"), parity.Input("V"), mask) };
        }
    }
}
