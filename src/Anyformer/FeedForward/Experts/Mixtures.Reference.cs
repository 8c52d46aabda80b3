using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.FeedForward.Experts;

/// <summary>The gates of torchscale before experts without biases.</summary>
internal sealed class GateReference : ModelReference<MixtureOfExperts>
{
    protected override MixtureOfExperts Build(ParityCase parity)
    {
        var config = parity.Config;
        // Gates are computed in single precision at least.
        config.WithoutEffect("use_fp32", "num_tokens");
        var shape = new ChannelMixerShape(config.Int("model_dim"), config.Int("ffn_dim"));
        var (experts, capacity) = (config.Int("num_experts"), config.Double("moe_eval_capacity_token_fraction", 0.25));
        if (parity.Entry.EndsWith("top1gating", StringComparison.Ordinal))
            return new Top1Mixture(shape, new()
            {
                Experts = experts,
                CapacityFactor = config.Double("capacity_factor", 1),
                EvaluationCapacity = capacity,
                LoadLossWeight = 1,
            });
        return new Top2Mixture(shape, new()
        {
            Experts = experts,
            Second = Enum.Parse<SecondExpert>(config.String("second_expert_policy", "sampling"), ignoreCase: true),
            EvaluationCapacity = capacity,
            NormalizeFirst = config.Bool("normalize_gate_prob_before_dropping", false),
            BatchPrioritized = config.Bool("batch_prioritized_routing", false),
            LoadLossWeight = 1,
        });
    }

    protected override void SetMode(MixtureOfExperts module, ParityCase parity) => module.Train(!parity.Config.Bool("eval_mode", false));

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Rename("router.weight", "wg.weight").StackedExperts("");

    protected override IReadOnlyDictionary<string, Tensor> Call(MixtureOfExperts module, ParityCase parity)
    {
        using var losses = new AuxiliaryLoss();
        using var recorder = new Recorder();
        using var context = new TokenContext(real: parity.OptionalInput("padding") is { } padding ? !padding : null);
        var output = module.Call(parity.Input("x"));
        var combined = Combine(recorder, parity.Outputs["combine_weights"].Shape);
        return new Dictionary<string, Tensor>
        {
            ["out"] = output,
            ["l_aux"] = losses.Terms.Single().Alias(),
            ["combine_weights"] = combined,
            ["dispatch_mask"] = combined.Ne(0),
        };
    }

    /// <summary>The weights in a table of tokens, experts and places.</summary>
    private static Tensor Combine(Recorder recorder, long[] shape)
    {
        var (weights, experts, places) = (recorder.Named("weights").Single(), recorder.Named("experts").Single(), recorder.Named("places").Single());
        var capacity = shape[2];
        var cells = experts * capacity + places.Clamp(max: capacity - 1);
        return weights.NewZeros([shape[0], shape[1] * capacity]).ScatterAdd(1, cells, weights).View(shape);
    }
}

/// <summary>The mixture of lucidrains/mixture-of-experts.</summary>
internal sealed class MeshMixtureReference : ModelReference<MeshMixture>
{
    protected override MeshMixture Build(ParityCase parity)
    {
        var config = parity.Config;
        var width = config.Int("dim");
        return new MeshMixture(new ChannelMixerShape(width, config.Int("hidden_dim", 4 * width)), new()
        {
            Experts = config.Int("num_experts", 16),
            Policy = Policy(config.String("second_policy_train", "random")),
            EvaluationPolicy = Policy(config.String("second_policy_eval", "random")),
            Threshold = config.Double("second_threshold_train", 0.2),
            EvaluationThreshold = config.Double("second_threshold_eval", 0.2),
            CapacityFactor = config.Double("capacity_factor_train", 1.25),
            EvaluationCapacityFactor = config.Double("capacity_factor_eval", 2),
            LoadLossWeight = config.Double("loss_coef", 1e-2),
        });
    }

    protected override StateDictLayout Layout(ParityCase parity) =>
        new StateDictLayout().Transpose("router.weight", "gate.w_gating").StackedExperts("experts.");

    protected override IReadOnlyDictionary<string, Tensor> Call(MeshMixture module, ParityCase parity)
    {
        using var losses = new AuxiliaryLoss();
        var output = module.Call(parity.Input("inputs"));
        return new Dictionary<string, Tensor> { ["out"] = output, ["loss"] = losses.Terms.Single().Alias() };
    }

    private static SecondExpertPolicy Policy(string name) => Enum.Parse<SecondExpertPolicy>(name, ignoreCase: true);
}

/// <summary>Expert prototyping, written from its paper.</summary>
internal sealed class ExpertPrototypingReference : ModelReference<ExpertPrototyping>
{
    protected override ExpertPrototyping Build(ParityCase parity)
    {
        var config = parity.Config;
        return new ExpertPrototyping(
            new ChannelMixerShape(config.Int("d"), config.Int("ff")), new() { Prototypes = config.Int("k"), Experts = config.Int("E") });
    }

    protected override StateDictLayout Layout(ParityCase parity)
    {
        var groups = parity.Config.Int("k");
        Tensor InGroups(Tensor own) => own.Unflatten(0, [groups, -1]).Transpose(-2, -1);
        static Tensor Flat(Tensor official) => official.Transpose(-2, -1).Flatten(0, 1);
        return new StateDictLayout()
            .Convert("router.weight", "gate", InGroups, Flat)
            .Convert("experts.hidden_weight", "w1", InGroups, Flat)
            .Convert("experts.output_weight", "w2", InGroups, Flat);
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(ExpertPrototyping module, ParityCase parity)
    {
        using var recorder = new Recorder();
        var output = module.Call(parity.Input("x"));
        var numbers = recorder.Named("experts").Single().Remainder(parity.Config.Int("E"));
        return new Dictionary<string, Tensor> { ["out"] = output, ["index"] = numbers.T() };
    }
}

/// <summary>Hash layers, written from their paper, with the table of the case.</summary>
internal sealed class HashLayerReference : ModelReference<HashLayer>
{
    protected override HashLayer Build(ParityCase parity)
    {
        var config = parity.Config;
        var module = new HashLayer(
            new ChannelMixerShape(config.Int("dim"), config.Int("ffn")), new() { Experts = config.Int("num_experts"), Vocabulary = config.Int("vocab") });
        module.Table.CopyInPlace(parity.Input("table"));
        return module;
    }

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
        .StackedExperts("")
        .Rename("experts.hidden_bias", "b1")
        .Rename("experts.output_bias", "b2");

    protected override IReadOnlyDictionary<string, Tensor> Call(HashLayer module, ParityCase parity)
    {
        using var recorder = new Recorder();
        using var context = new TokenContext(ids: parity.Input("tokens"));
        var output = module.Call(parity.Input("x"));
        return new Dictionary<string, Tensor> { ["out"] = output, ["expert"] = recorder.Named("experts").Single().Squeeze(-1) };
    }
}
