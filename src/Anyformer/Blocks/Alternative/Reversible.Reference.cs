using Anyformer.Attention;
using Anyformer.Checkpoints;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Blocks.Alternative;

/// <summary>Cases of reformer-pytorch's ReversibleSequence: of the two branches only the wiring is tested, so the first is a map and a hyperbolic tangent.</summary>
internal sealed class ReversibleReference : ModelReference<ReversibleEncoder>
{
    protected override ReversibleEncoder Build(ParityCase parity)
    {
        var width = parity.Config.Int("dim");
        return new ReversibleEncoder(Enumerable.Range(0, parity.Config.Int("depth")).Select(_ => new ReversibleBlock(
            new TangentMixer(width), new LayerNorm(width), new PositionwiseFeedForward(width, 2 * width, Activations.Named("gelu")), new LayerNorm(width))));
    }

    /// <summary>The reference holds every weight twice, for its reversible and its ordinary form.</summary>
    protected override StateDictLayout Layout(ParityCase parity)
    {
        var layout = new StateDictLayout();
        for (var block = 0; block < parity.Config.Int("depth"); block++)
            foreach (var kind in new[] { "weight", "bias" })
                foreach (var (own, branch, place) in new[] { ("mixer_norm", "f", 0), ("mixer.map", "f", 1), ("feed_forward_norm", "g", 0), ("feed_forward.hidden", "g", 1), ("feed_forward.output", "g", 3) })
                    layout.Repeat($"blocks.{block}.{own}.{kind}", $"seq.blocks.{block}.{branch}.net.{place}.{kind}", $"seq.irrev_blocks.{block}.{branch}.{place}.{kind}");
        return layout;
    }

    /// <inheritdoc/>
    protected override void SetMode(ReversibleEncoder module, ParityCase parity) => module.Train();

    protected override IReadOnlyDictionary<string, Tensor> Call(ReversibleEncoder module, ParityCase parity)
    {
        var (first, second) = module.CallStreams(parity.Input("x"));
        return new Dictionary<string, Tensor> { ["out"] = Functional.Cat([first, second], -1), ["stacked_mean"] = (first + second) * 0.5 };
    }

    private sealed class TangentMixer(int width) : TokenMixer
    {
        private Linear Map { get; } = new(width, width);

        protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => Map.Call(tokens).Tanh();
    }
}
