using Anyformer.Blocks;
using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.FeedForward.Experts;

/// <summary>The sublayer of huggingface/transformers: skip connection, normalisation and experts.</summary>
internal sealed class SwitchReference : ModelReference<SwitchReference.Sublayer>
{
    protected override Sublayer Build(ParityCase parity)
    {
        var config = parity.Config;
        var width = config.Int("d_model");
        if (config.Int("hidden_size", width) != width)
            throw new UserException($"The router sees tokens, so hidden_size must be d_model, found {config.Int("hidden_size")} and {width}.");
        config.WithoutEffect("dropout_rate", "router_jitter_noise", "router_dtype", "router_ignore_padding_tokens");
        var options = new SwitchFeedForwardOptions
        {
            Experts = config.Int("num_experts"),
            Activation = config.String("dense_act_fn", "relu"),
            Capacity = config.Int("expert_capacity", 64),
            RouterBias = config.Bool("router_bias", false),
            LoadLossWeight = 1,
            RouterLossWeight = 1,
        };
        return new Sublayer(
            new SwitchFeedForward(new ChannelMixerShape(width, config.Int("d_ff")), options),
            new PreNorm(new RmsNorm(width, config.Double("layer_norm_epsilon", 1e-6))));
    }

    protected override StateDictLayout Layout(ParityCase parity)
    {
        var experts = parity.Config.Int("num_experts");
        return new StateDictLayout()
            .Rename("wiring.norm.weight", "layer_norm.weight")
            .Rename("mixture.router.{p}", "mlp.router.classifier.{p}")
            .Unstack("mixture.experts.hidden_weight", "mlp.experts.expert_{n}.wi.weight", experts)
            .Unstack("mixture.experts.output_weight", "mlp.experts.expert_{n}.wo.weight", experts);
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(Sublayer module, ParityCase parity)
    {
        using var losses = new AuxiliaryLoss();
        using var recorder = new Recorder();
        var input = parity.Input("hidden_states");
        var output = module.Call(input);
        var logits = recorder.Named("router_logits").Single().Alias();
        var (kept, experts) = (recorder.Named("kept").Single().View(logits.Shape[..2]), recorder.Named("experts").Single().View(logits.Shape[..2]));
        var count = parity.Config.Int("num_experts");
        return new Dictionary<string, Tensor>
        {
            ["out"] = output,
            ["router_logits"] = logits,
            ["dispatch"] = experts.OneHot(count).To(DType.Bool) & kept.Unsqueeze(-1),
            ["aux_loss"] = losses.Terms[0].Alias(),
            ["z_loss"] = losses.Terms[1].Alias(),
            // The authors' model counts from the mask after the cut, where a token that was turned away looks as if it had wanted expert 0.
            ["aux_loss_after_capacity"] = ExpertBalance.LoadLoss(logits.Softmax(-1), (experts * kept).OneHot(count).Sum([1])),
        };
    }

    internal sealed class Sublayer(SwitchFeedForward mixture, PreNorm wiring) : Module
    {
        private SwitchFeedForward Mixture { get; } = mixture;

        private PreNorm Wiring { get; } = wiring;

        internal Tensor Call(Tensor tokens) => Wiring.Call(tokens, Mixture.Call);
    }
}
