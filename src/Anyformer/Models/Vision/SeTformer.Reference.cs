using Anyformer.Attention;
using Anyformer.Attention.OptimalTransport;
using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>Cases of claying/OTK, on which SeTformer rests, and of SeT attention as it is completed here.</summary>
[Reference("setformer")]
internal sealed class SeTformerReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        if (parity.Entry.Contains(": OTKernel", StringComparison.Ordinal))
            return new EmbeddingReference().Run(parity);
        return parity.Entry.Contains(": CKNLayer", StringComparison.Ordinal) ? new MapReference().Run(parity) : new AttentionReference().Run(parity);
    }

    private sealed class EmbeddingReference : ModelReference<TransportEmbedding>
    {
        protected override TransportEmbedding Build(ParityCase parity)
        {
            var config = parity.Config;
            // Logarithms keep large scores finite; the plan is the same.
            config.WithoutEffect("log_domain");
            return new TransportEmbedding(config.Int("in_dim"), new TransportEmbeddingOptions
            {
                References = config.Int("out_size"),
                Heads = config.Int("heads", 1),
                Epsilon = config.Double("eps", 0.1),
                Iterations = config.Int("max_iter", 100),
                Positions = config.String("position_encoding", "none") switch
                {
                    "gaussian" => TransportPositions.Gaussian,
                    "hard" => TransportPositions.Hard,
                    _ => TransportPositions.None,
                },
                PositionSigma = config.Double("position_sigma", 0.1),
            });
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Rename("references", "weight");

        protected override IReadOnlyDictionary<string, Tensor> Call(TransportEmbedding module, ParityCase parity)
        {
            using var recorder = new Recorder();
            var y = module.Call(parity.Input("x"), parity.OptionalInput("mask")?.To(DType.Bool));
            return new Dictionary<string, Tensor> { ["y"] = y, ["attn"] = recorder.Named("plan").Single().Permute([0, 3, 1, 2]) };
        }
    }

    private sealed class MapReference : ModelReference<NystromMap>
    {
        protected override NystromMap Build(ParityCase parity)
        {
            var config = parity.Config;
            if (config.Int("filter_size") is not 1 and var size)
                throw new UserException($"Filters of the Nystrom map cover one token, found {size}.");
            return new NystromMap(config.Int("in_channels"), config.Int("out_channels"), config.Json("kernel_args")[0].GetDouble());
        }

        protected override StateDictLayout Layout(ParityCase parity) =>
            new StateDictLayout().Unsqueeze("anchors", "weight", -1).Unused("ones").Unused("lintrans");

        protected override IReadOnlyDictionary<string, Tensor> Call(NystromMap module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["phi"] = module.Call(parity.Input("x")) };
    }

    private sealed class AttentionReference : ModelReference<TransportAttention>
    {
        protected override TransportAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            return new TransportAttention(new TokenMixerShape(0, config.Int("dim"), config.Int("heads")), new TransportAttentionOptions
            {
                References = config.Int("num_refs"),
                Anchors = config.Int("num_anchors"),
                KernelSigma = config.Double("kernel_sigma"),
                Epsilon = config.Double("eps"),
                Iterations = config.Int("max_iter"),
                PositionSigma = config.Double("position_sigma"),
            });
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Rename("input_projection.{p}", "in_proj.{p}")
            .Rename("references", "reference")
            .Rename("output_projection.{p}", "out_proj.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(TransportAttention module, ParityCase parity)
        {
            using var recorder = new Recorder();
            var outputs = new Dictionary<string, Tensor> { ["token_output"] = module.Call(parity.Input("x")) };
            (outputs["phi"], outputs["plan"]) = (recorder.Named("features").Single().Alias(), recorder.Named("plan").Single().Alias());
            outputs["pooled"] = module.Pool(parity.Input("x"));
            return outputs;
        }
    }
}
