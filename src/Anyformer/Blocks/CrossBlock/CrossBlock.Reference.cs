using Anyformer.Checkpoints;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Blocks.CrossBlock;

/// <summary>Cases of transparent attention and of the dynamic linear combination of layers.</summary>
internal static class CrossBlockReferences
{
    public static ReferenceAdapter Of(ParityCase parity) => parity.Config.Has("decoder_layers") ? new TransparentReference() : new HistoryReference();

    private sealed class TransparentReference : ModelReference<TransparentAttention>
    {
        protected override TransparentAttention Build(ParityCase parity) => new(parity.Config.Int("encoder_layers"), parity.Config.Int("decoder_layers"));

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Rename("weight", "W");

        protected override IReadOnlyDictionary<string, Tensor> Call(TransparentAttention module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["z"] = module.Call(parity.Input("h")) };
    }

    /// <summary>The reference of the history around layers of one linear map and a hyperbolic tangent, which only exercise it.</summary>
    private sealed class HistoryReference : ModelReference<HistoryReference.ExercisedHistory>
    {
        protected override ExercisedHistory Build(ParityCase parity)
        {
            var (layers, width) = (parity.Config.Int("encoder_layers"), parity.Config.Int("encoder_embed_dim"));
            NormalizationLayer Norm() => new LayerNorm(width);
            LayerHistory history = parity.Config.Bool("encoder_normalize_before") ? new PreNormHistory(layers, Norm) : new PostNormHistory(layers, Norm);
            return new ExercisedHistory(history, ModuleList<Linear>.Of(layers, _ => new Linear(width, width)));
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Rename("history.norms.{i}.{p}", "history.layer_norms.{i}.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(ExercisedHistory module, ParityCase parity) => module.Call(parity.Input("x"));

        internal sealed class ExercisedHistory(LayerHistory history, ModuleList<Linear> layers) : Module
        {
            private LayerHistory History { get; } = history;

            [StateName("fc")]
            private ModuleList<Linear> Layers { get; } = layers;

            public Dictionary<string, Tensor> Call(Tensor tokens)
            {
                var seen = new Dictionary<string, Tensor>();
                var output = History.Call(tokens, [.. Layers.Select((layer, i) => (Func<Tensor, Tensor>)(input =>
                {
                    seen[$"in.{i}"] = input.Alias().OutliveScopes();
                    return layer.Call(input).Tanh();
                }))]);
                seen["out"] = output;
                return seen;
            }
        }
    }
}
