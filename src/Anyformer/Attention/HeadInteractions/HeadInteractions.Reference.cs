using Anyformer.Attention.Softmax;
using Anyformer.Blocks;
using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Models.Language;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Attention.HeadInteractions;

/// <summary>Cases of heads that act on each other, by what their configuration names.</summary>
[Reference("head-interactions")]
internal sealed class HeadInteractionsReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        ReferenceAdapter adapter = parity.Config switch
        {
            var config when config.Has("dim_head") => new XTransformersReference(),
            var config when config.Has("hk") => new ThreeCountsReference(),
            var config when config.Has("num_key_value_heads") => new GroupedQueryReference(),
            var config when config.Has("dim_key_query_all") => new CollaborativeReference(),
            var config when config.Has("dn") => new RoutingReference(),
            var config when config.Has("window") => new MultiScaleReference(),
            var config when config.Has("patterns") => new GuidanceReference(),
            var config when config.Has("vocab_size") => new SpanTransformerReference(),
            var config when config.Has("adapt_span_ramp") => new AdaptiveSpanReference(),
            var config when config.Has("num_heads") => new DisagreementReference(),
            _ => throw new UserException("The configuration of the case names no interaction of heads that is known here."),
        };
        return adapter.Run(parity);
    }

    /// <summary>The outputs, with the weights that somebody recorded.</summary>
    private static Dictionary<string, Tensor> WithWeights(Recorder recorder, string weights, Tensor output) =>
        new() { ["out"] = output, [weights] = recorder.Named("weights").Single().Alias() };

    /// <summary>Attention of x-transformers: any head size, keys and values for all heads, talking heads.</summary>
    private sealed class XTransformersReference : ModelReference<GroupedQueryAttention>
    {
        protected override GroupedQueryAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            var (heads, keyWidth) = (config.Int("heads", 8), config.Int("dim_head", 64));
            var modifiers = config.Bool("talking_heads", false) ? new ScoreModifier[] { new TalkingHeads(new AttentionShape(heads, keyWidth)) } : [];
            var sizes = new HeadSizes(heads, config.Bool("one_kv_head", false) ? 1 : heads, keyWidth, config.Int("value_dim_head", keyWidth));
            return new GroupedQueryAttention(config.Int("dim"), sizes, new ModifiedAttention(modifiers));
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Rename("query_projection.weight", "to_q.weight")
            .Rename("key_projection.weight", "to_k.weight")
            .Rename("value_projection.weight", "to_v.weight")
            .Rename("output_projection.weight", "to_out.weight")
            .Unsqueeze("function.modifiers.0.scores.weight", "attend.pre_softmax_talking_heads.weight", -1, -1)
            .Unsqueeze("function.modifiers.0.weights.weight", "attend.post_softmax_talking_heads.weight", -1, -1);

        protected override IReadOnlyDictionary<string, Tensor> Call(GroupedQueryAttention module, ParityCase parity)
        {
            using var recorder = new Recorder();
            var real = parity.OptionalInput("mask");
            var mask = new AttentionMask { IsCausal = parity.Config.Bool("causal", false), Keys = real, Queries = real };
            var output = module.Call(parity.Input("x"), mask);
            return WithWeights(recorder, "attention", real is null ? output : output.MaskedFill(!real.Unsqueeze(-1), 0));
        }
    }

    private sealed class ThreeCountsReference : ModelReference<TalkingHeadsAttention>
    {
        protected override TalkingHeadsAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            return new TalkingHeadsAttention(new TokenMixerShape(0, config.Int("d"), config.Int("h")),
                config.Int("hk"), config.Int("dk"), config.Int("hv"), config.Int("dv"));
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var (keyHeads, valueHeads) = (parity.Config.Int("hk"), parity.Config.Int("hv"));
            StateDictLayout In(StateDictLayout layout, string own, string official, int heads) => layout.Convert(
                own, official, tensor => tensor.Transpose(0, 1).Unflatten(1, [heads, -1]), tensor => tensor.Flatten(1).Transpose(0, 1));
            var layout = new StateDictLayout().Transpose("score_mixing.weight", "P_l").Transpose("weight_mixing.weight", "P_w")
                .Convert("output_projection.weight", "P_o", tensor => tensor.Unflatten(1, [valueHeads, -1]), tensor => tensor.Flatten(1));
            return In(In(In(layout, "query_projection.weight", "P_q", keyHeads), "key_projection.weight", "P_k", keyHeads),
                "value_projection.weight", "P_v", valueHeads);
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(TalkingHeadsAttention module, ParityCase parity)
        {
            var mask = parity.OptionalInput("mask") is { } keys ? AttentionMask.OfKeys(keys) : null;
            return new Dictionary<string, Tensor> { ["Y"] = module.Call(parity.Input("X"), parity.Input("M"), mask) };
        }
    }

    private sealed class GroupedQueryReference : ModelReference<GroupedQueryAttention>
    {
        protected override GroupedQueryAttention Build(ParityCase parity)
        {
            var (config, headWidth) = (parity.Config, parity.Config.Int("head_dim"));
            var sizes = new HeadSizes(config.Int("num_attention_heads"), config.Int("num_key_value_heads"), headWidth, headWidth);
            return new GroupedQueryAttention(config.Int("hidden_size"), sizes, new SoftmaxAttention());
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Rename("query_projection.weight", "q_proj.weight")
            .Rename("key_projection.weight", "k_proj.weight")
            .Rename("value_projection.weight", "v_proj.weight")
            .Rename("output_projection.weight", "o_proj.weight");

        protected override IReadOnlyDictionary<string, Tensor> Call(GroupedQueryAttention module, ParityCase parity) => new Dictionary<string, Tensor>
        {
            ["out"] = module.Call(parity.Input("x"), parity.Config.Bool("causal") ? AttentionMask.Causal : null),
        };
    }

    /// <summary>The layer of the authors, with what they have around it: a skip connection and a normalisation behind, or nothing.</summary>
    private sealed class CollaborativeReference : ModelReference<CollaborativeReference.Layer>
    {
        protected override Layer Build(ParityCase parity)
        {
            var config = parity.Config;
            // The weights of the case replace what the initialisation gave.
            config.WithoutEffect("mixing_initialization", "output_attentions");
            var shape = new TokenMixerShape(0, config.Int("dim_input"), config.Int("num_attention_heads"),
                config.Double("attention_probs_dropout_prob"), config.Int("dim_value_all"));
            var width = config.Int("dim_output");
            var attention = new CollaborativeAttention(shape, config.Int("dim_key_query_all"), config.Bool("use_dense_layer") ? width : null);
            return new Layer(attention, config.Bool("use_layer_norm") ? new PostNorm(new LayerNorm(width)) : null);
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Rename("attention.query_projection.weight", "query.weight")
            .Rename("attention.key_projection.weight", "key.weight")
            .Rename("attention.content_bias.weight", "content_bias.weight")
            .Rename("attention.mixing", "mixing")
            .Rename("attention.value_projection.{p}", "value.{p}")
            .Rename("attention.output_projection.{p}", "dense.{p}")
            .Rename("wiring.norm.{p}", "layer_norm.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(Layer module, ParityCase parity)
        {
            using var recorder = new Recorder();
            var tokens = parity.Input("hidden_states");
            var context = parity.OptionalInput("encoder_hidden_states") ?? tokens;
            // The authors add a large negative number where a key may not be seen.
            var added = parity.OptionalInput(context == tokens ? "attention_mask" : "encoder_attention_mask");
            return WithWeights(recorder, "attention_probs", module.Call(tokens, context, added is null ? null : AttentionMask.OfPairs(added.Eq(0))));
        }

        internal sealed class Layer(CollaborativeAttention attention, PostNorm? wiring) : Module
        {
            private CollaborativeAttention Attention { get; } = attention;

            private PostNorm? Wiring { get; } = wiring;

            public Tensor Call(Tensor tokens, Tensor context, AttentionMask? mask) =>
                Wiring is null ? Attention.Call(tokens, context, mask) : Wiring.Call(tokens, asking => Attention.Call(asking, context, mask));
        }
    }

    private sealed class RoutingReference : ModelReference<HeadRouting>
    {
        protected override HeadRouting Build(ParityCase parity)
        {
            var config = parity.Config;
            var (heads, headWidth, capsules, width, rounds) =
                (config.Int("H"), config.Int("dh"), config.Int("N"), config.Int("dn"), config.Int("T"));
            var outputs = (int)parity.Weights["out.bias"].Size(0);
            return config.String("kind") switch
            {
                "simple" => new SimpleRouting(heads, headWidth, capsules, width, outputs, rounds),
                "em" => new EmRouting(heads, headWidth, capsules, width, outputs, rounds),
                var kind => throw new UserException($"The routing '{kind}' of the case is neither simple nor em."),
            };
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Rename("votes", "W").Rename("output_projection.{p}", "out.{p}").Rename("cost", "beta_u").Rename("threshold", "beta_a");

        protected override IReadOnlyDictionary<string, Tensor> Call(HeadRouting module, ParityCase parity)
        {
            var (tokens, coupling) = module.Call(parity.Input("heads"));
            return new Dictionary<string, Tensor> { ["out"] = tokens, ["coupling"] = coupling };
        }
    }

    private sealed class MultiScaleReference : ModelReference<MultiScaleAttention>
    {
        protected override MultiScaleAttention Build(ParityCase parity)
        {
            var queries = parity.Input("q");
            return new MultiScaleAttention(new AttentionShape((int)queries.Size(1), (int)queries.Size(3)),
                new MultiScaleAttentionOptions { Windows = [.. parity.Config.Ints("window")] });
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(MultiScaleAttention module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["out"] = module.Call(parity.Input("q"), parity.Input("k"), parity.Input("v")) };
    }

    private sealed class GuidanceReference : ModelReference<ModuleList<Module>>
    {
        protected override ModuleList<Module> Build(ParityCase parity) => new([]);

        protected override IReadOnlyDictionary<string, Tensor> Call(ModuleList<Module> module, ParityCase parity)
        {
            string[] patterns = [.. parity.Config.Json("patterns").EnumerateArray().Select(item => item.GetString()!)];
            return new Dictionary<string, Tensor> { ["loss"] = HeadGuidance.Distance(parity.Input("A"), patterns) };
        }
    }

    private sealed class DisagreementReference : ModelReference<ModuleList<Module>>
    {
        protected override ModuleList<Module> Build(ParityCase parity)
        {
            // The inputs have the heads.
            parity.Config.WithoutEffect("num_heads");
            return new ModuleList<Module>([]);
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(ModuleList<Module> module, ParityCase parity) => new Dictionary<string, Tensor>
        {
            ["subspace"] = Disagreement.OfDirections(parity.Input("V")),
            ["position"] = Disagreement.OfPositions(parity.Input("A")),
            ["output"] = Disagreement.OfDirections(parity.Input("O")),
        };
    }
}
