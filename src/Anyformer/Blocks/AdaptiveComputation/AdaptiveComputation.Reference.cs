using Anyformer.Attention;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Blocks.AdaptiveComputation;

/// <summary>Cases of adaptive halting, the Universal Transformer, LayerDrop and early exits.</summary>
internal static class AdaptiveComputationReferences
{
    public static ReferenceAdapter Of(ParityCase parity) => parity.Config switch
    {
        var config when config.Has("total_key_depth") => new UniversalReference(),
        var config when config.Has("max_hop") => new HaltingReference(),
        var config when config.Has("patience") => new ExitReference(),
        _ => new LayerDropReference(),
    };

    /// <summary>Gradients with respect to inputs, for procedures that have no weights.</summary>
    private static ParityResult Differentiated(ParityCase parity, Func<Dictionary<string, Tensor>> compute, params string[] inputs)
    {
        foreach (var name in inputs)
            parity.Input(name).RequiresGrad = true;
        var outputs = compute();
        string[] probed = [.. outputs.Keys.Where(name => parity.Inputs.ContainsKey($"probe.{name}"))];
        Autograd.Backward([.. probed.Select(name => outputs[name])], [.. probed.Select(name => parity.Input($"probe.{name}"))]);
        return new ParityResult(outputs, inputs.ToDictionary(name => $"input.{name}", name => parity.Input(name).Grad!));
    }

    private sealed class HaltingReference : ReferenceAdapter
    {
        public override ParityResult Run(ParityCase parity)
        {
            var (probabilities, states) = (parity.Input("p"), parity.Input("state"));
            return Differentiated(parity, () =>
            {
                var halting = new AdaptiveHalting(parity.Config.Double("threshold"), parity.Config.Int("max_hop"));
                var halted = halting.Run(states[0], (_, step) => (probabilities[step], states[step]));
                return new()
                {
                    ["out"] = halted.Output,
                    ["remainders"] = halted.Remainders,
                    ["n_updates"] = halted.Updates,
                    ["ponder"] = halted.Ponder,
                };
            }, "p", "state");
        }
    }

    private sealed class ExitReference : ReferenceAdapter
    {
        public override ParityResult Run(ParityCase parity)
        {
            var (logits, config) = (parity.Input("logits"), parity.Config);
            return Differentiated(parity, () => new()
            {
                ["entropy"] = EntropyRule.Entropy(logits),
                ["deebert_exit"] = new EntropyRule(config.Double("threshold")).ExitsOf(logits),
                ["pabee_exit"] = new PatienceRule(config.Int("patience")).ExitsOf(logits),
            }, "logits");
        }
    }

    private sealed class LayerDropReference : ReferenceAdapter
    {
        public override ParityResult Run(ParityCase parity)
        {
            var (layers, probability) = (parity.Config.Int("layers"), parity.Config.Double("p"));
            Tensor Without(int every) => Tensor.From<bool>(LayerDropEncoder.KeptWithoutEvery(layers, every), layers);
            return new ParityResult(new Dictionary<string, Tensor>
            {
                ["kept"] = LayerDropEncoder.Kept(parity.Input("uniform"), probability),
                ["every_other"] = Without(2),
                ["every_third"] = Without(3),
            });
        }
    }

    private sealed class UniversalReference : ModelReference<UniversalEncoder>
    {
        protected override UniversalEncoder Build(ParityCase parity)
        {
            var config = parity.Config;
            config.WithoutEffect("max_length");
            if (config.Int("embedding_size") != config.Int("hidden_size"))
                throw new UserException("The reference projects embeddings only when they are as wide as the hidden state; expected embedding_size to be hidden_size.");
            return new UniversalEncoder(new UniversalEncoderOptions
            {
                Width = config.Int("hidden_size"),
                Heads = config.Int("num_heads"),
                KeyWidth = config.Int("total_key_depth"),
                ValueWidth = config.Int("total_value_depth"),
                TransitionWidth = config.Int("filter_size"),
                Steps = config.Int("num_layers"),
                HaltingThreshold = config.Bool("act") ? 0.9 : null,
            });
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var layout = new StateDictLayout().Unused("layer_norm.{p}")
                .Rename("projection.weight", "embedding_proj.weight")
                .Rename("halting.{p}", "act_fn.p.{p}")
                .Rename("block.hidden.{p}", "enc.positionwise_feed_forward.layers.0.conv.{p}")
                .Rename("block.output.{p}", "enc.positionwise_feed_forward.layers.1.conv.{p}");
            foreach (var name in new[] { "query", "key", "value", "output" })
                layout.Rename($"block.attention.{name}_projection.weight", $"enc.multi_head_attention.{name}_linear.weight");
            foreach (var (own, official) in new[] { ("attention_norm", "layer_norm_mha"), ("transition_norm", "layer_norm_ffn") })
                layout.Rename($"block.{own}.weight", $"enc.{official}.gamma").Rename($"block.{own}.bias", $"enc.{official}.beta");
            return layout;
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(UniversalEncoder module, ParityCase parity)
        {
            var halted = module.Call(parity.Input("inputs"), parity.Config.Bool("use_mask", false) ? AttentionMask.Causal : null);
            return new Dictionary<string, Tensor> { ["out"] = halted.Output, ["remainders"] = halted.Remainders, ["n_updates"] = halted.Updates }
                .Where(output => parity.Outputs.ContainsKey(output.Key)).ToDictionary();
        }
    }
}
