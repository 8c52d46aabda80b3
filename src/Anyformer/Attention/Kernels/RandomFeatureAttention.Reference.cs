using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Parity;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>
/// Cases of Noahs-ARK/RFA, whose tensors are (tokens, batch, width): causal attention at once and token by token, cross-attention, and the gated
/// form after the paper.
/// </summary>
[Reference("random-feature-attention")]
internal sealed class RandomFeatureAttentionReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) =>
        parity.Weights.ContainsKey("gate.weight") ? new GatedCases().Run(parity) : new LayerCases().Run(parity);

    private static RandomFourierFeatureMapOptions Options(ReferenceConfig config) => new()
    {
        Directions = config.Int("proj_dim"),
        Temperature = config.Double("tau", 1),
        LearnedScale = config.Bool("reparam_proj", true),
    };

    private static TokenMixerShape Shape(ReferenceConfig config) =>
        new(0, config.Int("embed_dim"), config.Int("num_heads"), InnerWidth: config.Int("num_heads") * config.Int("head_dim"));

    private static StateDictLayout Projections(string asking, string answering, string features) => new StateDictLayout()
        .Rename("query_projection.{p}", $"{asking}q_proj.{{p}}")
        .Rename("key_projection.{p}", $"{answering}k_proj.{{p}}")
        .Rename("value_projection.{p}", $"{answering}v_proj.{{p}}")
        .Rename("output_projection.{p}", $"{asking}out_proj.{{p}}")
        .Rename($"{features}scale", $"{answering}sigma")
        .Rename($"{features}directions", "random_matrices");

    /// <summary>The drawn directions are given to the reference with every call.</summary>
    private static Dictionary<string, Tensor> WithDirections(ParityCase parity) =>
        new(parity.Weights) { ["random_matrices"] = parity.Input("random_matrices") };

    private static Tensor Turned(Tensor tokens) => tokens.Transpose(0, 1);

    private sealed class LayerCases : ModelReference<MultiHeadAttention>
    {
        protected override MultiHeadAttention Build(ParityCase parity)
        {
            var shape = Shape(parity.Config);
            return new MultiHeadAttention(shape, new RandomFeatureAttention(shape.OfFunction, new RandomFeatureAttentionOptions
            {
                FeatureMap = Part<FeatureMap>.Of("random-fourier", Options(parity.Config)),
                // Without its kernel the reference makes a table of weights, which it divides by another number.
                Normalize = !parity.Config.Bool("cuda_causal_rfa", true) && !IsCross(parity) && !IsStepwise(parity),
            }));
        }

        protected override StateDictLayout Layout(ParityCase parity) => IsCross(parity)
            ? Projections("attn.", "proj.", "function.features.")
            : Projections("", "", "function.features.");

        protected override IReadOnlyDictionary<string, Tensor> Weights(ParityCase parity) => WithDirections(parity);

        protected override IReadOnlyDictionary<string, Tensor> Call(MultiHeadAttention module, ParityCase parity)
        {
            if (IsStepwise(parity))
                return Steps(module, Turned(parity.Input("x")));
            var mask = new AttentionMask { Keys = parity.OptionalInput("key_padding_mask")?.LogicalNot() };
            if (IsCross(parity))
                return Cross(module, parity, mask);
            var isCausal = parity.Config.Bool("cuda_causal_rfa", true) || parity.Inputs.ContainsKey("attn_mask");
            return new Dictionary<string, Tensor> { ["y"] = Turned(module.Call(Turned(parity.Input("x")), mask with { IsCausal = isCausal })) };
        }

        private static bool IsCross(ParityCase parity) => parity.Inputs.ContainsKey("encoder_output");

        private static bool IsStepwise(ParityCase parity) => parity.Outputs.ContainsKey("s") && !IsCross(parity);

        private static Dictionary<string, Tensor> Cross(MultiHeadAttention layer, ParityCase parity, AttentionMask mask)
        {
            using var recorder = new Recorder();
            var mixed = layer.Call(Turned(parity.Input("query")), Turned(parity.Input("encoder_output")), mask);
            return WithMemory(Turned(mixed), recorder.Named("memory").Single().Alias());
        }

        private static Dictionary<string, Tensor> Steps(MultiHeadAttention layer, Tensor tokens)
        {
            var mixed = new List<Tensor>();
            IReadOnlyList<Tensor>? state = null;
            for (var i = 0L; i < tokens.Size(1); i++)
            {
                (var token, state) = layer.Step(tokens.Narrow(1, i, 1), state);
                mixed.Add(token);
            }

            return WithMemory(Turned(Functional.Cat([.. mixed], 1)), state![0]);
        }

        /// <summary>The last column of the memory counts the weights.</summary>
        private static Dictionary<string, Tensor> WithMemory(Tensor mixed, Tensor memory)
        {
            var width = memory.Size(-1) - 1;
            return new() { ["y"] = mixed, ["s"] = memory.Narrow(-1, 0, width), ["z"] = memory.Select(-1, width) };
        }
    }

    private sealed class GatedCases : ModelReference<GatedRandomFeatureAttention>
    {
        protected override GatedRandomFeatureAttention Build(ParityCase parity) => new(Shape(parity.Config), Options(parity.Config));

        protected override StateDictLayout Layout(ParityCase parity) => Projections("", "", "features.");

        protected override IReadOnlyDictionary<string, Tensor> Weights(ParityCase parity) => WithDirections(parity);

        protected override IReadOnlyDictionary<string, Tensor> Call(GatedRandomFeatureAttention module, ParityCase parity)
        {
            var mask = parity.OptionalInput("key_padding_mask") is { } padding ? AttentionMask.OfKeys(!padding) : null;
            return new Dictionary<string, Tensor> { ["y"] = Turned(module.Call(Turned(parity.Input("x")), mask)) };
        }
    }
}
