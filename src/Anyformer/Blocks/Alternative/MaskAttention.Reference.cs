using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Blocks.Alternative;

/// <summary>Cases of dynamic mask attention, derived from the paper, with queries, keys and values given.</summary>
internal sealed class MaskAttentionReference : ModelReference<DynamicMask>
{
    protected override DynamicMask Build(ParityCase parity) => new(parity.Config.Int("dim"), parity.Config.Int("heads"), parity.Config.Int("max_distance"));

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Rename("token", "W").Rename("distance", "P").Rename("head", "U");

    protected override IReadOnlyDictionary<string, Tensor> Call(DynamicMask module, ParityCase parity)
    {
        var logits = module.Logits(parity.Input("x"));
        var weights = module.Weights(logits, parity.Input("q"), parity.Input("k"), mask: null);
        return new Dictionary<string, Tensor> { ["out"] = weights.MatMul(parity.Input("v")), ["mask"] = logits.Sigmoid(), ["attention"] = weights };
    }
}
