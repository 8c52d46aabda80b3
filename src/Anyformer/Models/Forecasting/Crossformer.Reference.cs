using Anyformer.Attention;
using Anyformer.Attention.Axes;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>Cases of Thinklab-SJTU/Crossformer, <c>cross_models</c>: the model, or its two-stage attention alone.</summary>
[Reference("crossformer")]
internal sealed class CrossformerReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) => parity.Entry.EndsWith(": TwoStageAttentionLayer", StringComparison.Ordinal)
        ? new LayerReference().Run(parity)
        : new WholeReference().Run(parity);

    private sealed class WholeReference : ModelReference<Crossformer>
    {
        protected override Crossformer Build(ParityCase parity)
        {
            var config = parity.Config;
            var shape = new ForecastShape(config.Int("in_len"), config.Int("out_len"), 0, config.Int("data_dim"), 0, 1, false);
            return new Crossformer(shape, new CrossformerOptions
            {
                SegmentLength = config.Int("seg_len"),
                Window = config.Int("win_size", 4),
                Routers = config.Int("factor", 10),
                Width = config.Int("d_model", 512),
                FeedForwardWidth = config.Int("d_ff", 1024),
                Heads = config.Int("n_heads", 8),
                Layers = config.Int("e_layers", 3),
                Dropout = config.Double("dropout", 0),
                MeanBaseline = config.Bool("baseline", false),
            });
        }

        protected override StateDictLayout Layout(ParityCase parity) => CrossformerLayouts.Model;

        protected override IReadOnlyDictionary<string, Tensor> Call(Crossformer module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["out"] = module.Call(new ForecastInput(parity.Input("x_seq"))) };
    }

    private sealed class LayerReference : ModelReference<TwoStageAttention>
    {
        protected override TwoStageAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            var segments = config.Int("seg_num");
            var shape = new TokenMixerShape(segments, config.Int("d_model"), config.Int("n_heads"), config.Double("dropout", 0.1));
            return new TwoStageAttention(shape, new TwoStageAttentionOptions
            {
                Segments = segments,
                Routers = config.Int("factor"),
                FeedForwardWidth = config.Has("d_ff") ? config.Int("d_ff") : null,
            });
        }

        protected override StateDictLayout Layout(ParityCase parity) => CrossformerLayouts.Layer;

        protected override IReadOnlyDictionary<string, Tensor> Call(TwoStageAttention module, ParityCase parity)
        {
            var x = parity.Input("x");
            return new Dictionary<string, Tensor> { ["out"] = module.Call(x.Flatten(1, 2)).View(x.Shape) };
        }
    }
}
