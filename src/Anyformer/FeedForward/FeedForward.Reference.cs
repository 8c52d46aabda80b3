using Anyformer.Checkpoints;
using Anyformer.FeedForward.Experts;
using Anyformer.FeedForward.Memory;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.FeedForward;

/// <summary>Cases of feed-forward parts: activations, plain and gated networks, mixtures of experts, memories.</summary>
[Reference("feed-forward")]
internal sealed class FeedForwardReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        var config = parity.Config;
        ReferenceAdapter adapter = parity.Entry switch
        {
            var entry when entry.EndsWith("functional", StringComparison.Ordinal) => new ActivationReference(),
            var entry when entry.EndsWith("gating", StringComparison.Ordinal) => new GateReference(),
            var entry when entry.Contains("SwitchTransformers", StringComparison.Ordinal) => new SwitchReference(),
            var entry when entry.EndsWith("MoE", StringComparison.Ordinal) => new MeshMixtureReference(),
            _ when config.Has("mem_n_keys") => new ProductKeyMemoryReference(),
            _ when config.Has("vocab") => new HashLayerReference(),
            _ when config.Has("k") => new ExpertPrototypingReference(),
            _ when config.Has("act") => new DerivedReference(),
            _ => new XTransformersReference(),
        };
        return adapter.Run(parity);
    }

    private static Activation Named(string name) => name switch
    {
        "gelu_exact" => Activations.Named("gelu"),
        "gelu_sigmoid" => Activations.Named("gelu-quick"),
        "swish" => Activations.Named("silu"),
        "swish_beta_2" => Activations.Swish(2),
        _ => Activations.Named(name.Replace('_', '-')),
    };

    /// <summary>Every activation that the case has an output of.</summary>
    private sealed class ActivationReference : ModelReference<WithoutWeights>
    {
        protected override WithoutWeights Build(ParityCase parity) => new();

        protected override IReadOnlyDictionary<string, Tensor> Call(WithoutWeights module, ParityCase parity) =>
            parity.Outputs.Keys.ToDictionary(name => name, name => Named(name)(parity.Input("x")));
    }

    private sealed class WithoutWeights : Module;

    /// <summary>Written from the paper of GLU variants, with Llama's names.</summary>
    private sealed class DerivedReference : ModelReference<ChannelMixer>
    {
        protected override ChannelMixer Build(ParityCase parity)
        {
            var config = parity.Config;
            var (width, hidden, activation, bias) = (config.Int("d"), config.Int("ff"), Named(config.String("act")), config.Bool("bias"));
            return config.Bool("glu")
                ? new GatedFeedForward(width, hidden, activation, bias: bias)
                : new PositionwiseFeedForward(width, hidden, activation, bias: bias);
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var layout = new StateDictLayout().Rename("output.{p}", "w2.{p}");
            return parity.Config.Bool("glu") ? layout.Split("hidden.{p}", 0, "w3.{p}", "w1.{p}") : layout.Rename("hidden.{p}", "w1.{p}");
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(ChannelMixer module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["out"] = module.Call(parity.Input("x")) };
    }

    private sealed class XTransformersReference : ModelReference<ChannelMixer>
    {
        protected override ChannelMixer Build(ParityCase parity)
        {
            var config = parity.Config;
            var width = config.Int("dim");
            if (config.Int("dim_out", width) != width)
                throw new UserException($"A feed-forward part keeps the width of its tokens, found dim {width} and dim_out {config.Int("dim_out")}.");
            config.WithoutEffect("dropout", "zero_init_output");
            var hidden = (int)(width * config.Double("mult", 4));
            var activation = Activations.Named(config.Bool("relu_squared", false) ? "relu-squared" : config.Bool("swish", false) ? "silu" : "gelu");
            var norm = config.Bool("post_act_ln", false) ? new LayerNorm(hidden) : null;
            var bias = !config.Bool("no_bias", false);
            return config.Bool("glu", false)
                // The projection of the gate has a bias in any case.
                ? new GatedFeedForward(new Linear(width, 2 * hidden), new Linear(hidden, width, bias), activation, hiddenNorm: norm)
                : new PositionwiseFeedForward(width, hidden, activation, bias: bias, hiddenNorm: norm);
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Rename("hidden.{p}", parity.Config.Bool("glu", false) ? "ff.0.proj.{p}" : "ff.0.0.{p}")
            .Rename("hidden_norm.{p}", "ff.1.{p}")
            .Rename("output.{p}", "ff.3.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(ChannelMixer module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["out"] = module.Call(parity.Input("x")) };
    }
}
