using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>Cases of huggingface/pytorch-image-models, <c>timm/models/vision_transformer.py: VisionTransformer</c>, v0.9.16 and v0.4.12.</summary>
[Reference("vit")]
internal sealed class VisionTransformerReference : ModelReference<VisionTransformer>
{
    protected override VisionTransformer Build(ParityCase parity) => new(TimmConfig.Shape(parity.Config), TimmConfig.Options(parity.Config));

    protected override StateDictLayout Layout(ParityCase parity) => VisionLayouts.Timm(TimmConfig.IsGated(parity.Config));

    protected override IReadOnlyDictionary<string, Tensor> Call(VisionTransformer module, ParityCase parity)
    {
        var tokens = module.Encoder.Call(TimmConfig.Images(parity));
        var isPooled = parity.Config.String("global_pool", "token") != "";
        return new Dictionary<string, Tensor>
        {
            ["features"] = tokens.Normalized,
            ["logits"] = isPooled ? module.Score(tokens) : module.ScorePooled(tokens.Normalized),
        };
    }
}
