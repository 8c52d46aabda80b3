using Anyformer.Attention;
using Anyformer.Attention.Prototypes;
using Anyformer.Attention.Softmax;
using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>Cases of zhouhaoyi/Informer2020: the models, the distilling layer and the attention.</summary>
[Reference("informer")]
internal sealed class InformerReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) => ThumlReference.Class(parity) switch
    {
        "Informer" => new Model(isStack: false).Run(parity),
        "InformerStack" => new Model(isStack: true).Run(parity),
        "ConvLayer" => new Distilling().Run(parity),
        "ProbAttention" => new Attention(isSparse: true).Run(parity),
        "FullAttention" => new Attention(isSparse: false).Run(parity),
        var other => throw new UserException(
            $"The case is of the class '{other}'; expected Informer, InformerStack, ConvLayer, ProbAttention or FullAttention."),
    };

    /// <summary>The numbers of the sampled keys, in the order of the draws.</summary>
    private static RandomDraws Draws(ParityCase parity)
    {
        var names = Enumerable.Range(0, parity.Inputs.Count).Select(k => $"index_sample.{k}");
        return new RandomDraws(names.TakeWhile(parity.Inputs.ContainsKey).Select(parity.Input));
    }

    private sealed class Model(bool isStack) : ModelReference<Informer>
    {
        protected override Informer Build(ParityCase parity)
        {
            var config = parity.Config;
            var sparse = Part<AttentionFunction>.Of("prob-sparse", new ProbSparseAttentionOptions { Factor = config.Int("factor") });
            return new Informer(ThumlReference.Shape(config, config.Int("out_len")), new InformerOptions
            {
                Width = config.Int("d_model"),
                Heads = config.Int("n_heads"),
                Stacks = isStack ? new(config.Ints("e_layers")) : [config.Int("e_layers")],
                DecoderLayers = config.Int("d_layers"),
                FeedForwardWidth = config.Int("d_ff"),
                Dropout = config.Double("dropout"),
                Activation = ThumlReference.Activation(config),
                Attention = config.String("attn") == "prob" ? sparse : Part<AttentionFunction>.Of("softmax"),
                Distil = config.Bool("distil"),
                MixHeads = config.Bool("mix"),
                Calendar = ThumlReference.Calendar(config),
                DecoderVariates = config.Int("dec_in"),
                OutputVariates = config.Int("c_out"),
            });
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var (own, official) = isStack ? ("encoders.{k}", "encoder.encoders.{k}") : ("encoders.0", "encoder");
            return new StateDictLayout()
                .StepEmbedding("encoder_embedding", "enc_embedding", ThumlReference.Calendar(parity.Config))
                .StepEmbedding("decoder_embedding", "dec_embedding", ThumlReference.Calendar(parity.Config))
                .EncoderBlocks($"{own}.blocks.{{i}}", $"{official}.attn_layers.{{i}}")
                .Rename($"{own}.distilling.{{i}}.convolution.{{p}}", $"{official}.conv_layers.{{i}}.downConv.{{p}}")
                .Rename($"{own}.distilling.{{i}}.norm.{{p}}", $"{official}.conv_layers.{{i}}.norm.{{p}}")
                .Rename($"{own}.norm.{{p}}", $"{official}.norm.{{p}}")
                .DecoderBlocks("decoder_blocks.{i}", "decoder.layers.{i}")
                .Rename("decoder_norm.{p}", "decoder.norm.{p}")
                .Rename("head.{p}", "projection.{p}");
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(Informer module, ParityCase parity)
        {
            // Recording takes attention off its kernels: only a case that asks for maps may, so that the others check what users run.
            using var recorder = parity.Config.Bool("output_attention", false) ? new Recorder() : null;
            using var draws = Draws(parity);
            var outputs = new Dictionary<string, Tensor>
            {
                ["dec_out"] = module.Decode(
                    parity.Input("x_enc"), parity.OptionalInput("x_mark_enc"), parity.Input("x_dec"), parity.OptionalInput("x_mark_dec")),
            };
            foreach (var (i, map) in (recorder?.Named("weights") ?? []).Index())
                outputs[$"attn.{i}"] = map.Alias();
            return outputs;
        }
    }

    private sealed class Distilling : ModelReference<DistillingLayer>
    {
        protected override DistillingLayer Build(ParityCase parity) => new(parity.Config.Int("c_in"));

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Rename("convolution.{p}", "downConv.{p}");

        protected override void SetMode(DistillingLayer module, ParityCase parity) => module.Train(parity.Config.Bool("training", false));

        protected override IReadOnlyDictionary<string, Tensor> Call(DistillingLayer module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["out"] = module.Call(parity.Input("x")) };
    }

    private sealed class Attention(bool isSparse) : ModelReference<AttentionFunction>
    {
        protected override AttentionFunction Build(ParityCase parity)
        {
            var factor = parity.Config.Int("factor", 5);
            // Cases of the attention alone ran in evaluation, where nothing is dropped; the sparse one never drops.
            parity.Config.WithoutEffect("attention_dropout");
            return isSparse ? new ProbSparseAttention(factor) : new SoftmaxAttention();
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(AttentionFunction module, ParityCase parity)
        {
            using var recorder = parity.Config.Bool("output_attention", false) ? new Recorder() : null;
            using var draws = Draws(parity);
            Tensor Heads(string name) => parity.Input(name).Transpose(1, 2);
            var queries = Heads("queries");
            // Another scale of the scores is another scale of the queries, which leaves the order of their prominence.
            if (parity.Config.Double("scale", 0) is var scale and not 0)
                queries *= scale * Math.Sqrt(queries.Size(3));
            var mask = parity.Config.Bool("mask_flag", true) ? AttentionMask.Causal : null;
            var outputs = new Dictionary<string, Tensor>
            {
                ["out"] = module.Call(queries, Heads("keys"), Heads("values"), mask).Transpose(1, 2),
            };
            foreach (var map in recorder?.Named("weights") ?? [])
                outputs["attn"] = map.Alias();
            return outputs;
        }
    }
}
