using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>
/// Cases of DeiT: timm's <c>deit.py: VisionTransformerDistilled</c>, its plain <c>VisionTransformer</c> for models without a distillation token, and the
/// losses of facebookresearch/deit, <c>losses.py</c>.
/// </summary>
[Reference("deit")]
internal sealed class DeiTReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) =>
        parity.Entry.Contains("DistillationLoss", StringComparison.Ordinal) ? RunLosses(parity)
        : parity.Entry.Contains("VisionTransformerDistilled", StringComparison.Ordinal) ? new DistilledReference().Run(parity)
        : new VisionTransformerReference().Run(parity);

    private static ParityResult RunLosses(ParityCase parity)
    {
        var (own, distilled) = (parity.Input("logits_cls"), parity.Input("logits_dist"));
        (own.RequiresGrad, distilled.RequiresGrad) = (true, true);
        var losses = new Dictionary<string, Tensor>();
        foreach (var (setting, i) in parity.Config.Json("settings").EnumerateArray().Select(static (element, i) => (new ReferenceConfig(element), i)))
        {
            var loss = new DistillationLoss
            {
                Kind = Enum.Parse<DistillationKind>(setting.String("type"), ignoreCase: true),
                Alpha = setting.Double("alpha"),
                Temperature = setting.Double("tau"),
            };
            losses[$"loss{i}"] = loss.Call(LabelLoss(setting.String("base"), own, parity), distilled, parity.Input("teacher_logits")).View([1]);
        }

        Autograd.Backward([.. losses.Values], [.. losses.Keys.Select(name => parity.Input($"probe.{name}"))]);
        return new ParityResult(losses, new Dictionary<string, Tensor> { ["input.logits_cls"] = own.Grad!, ["input.logits_dist"] = distilled.Grad! });
    }

    private static Tensor LabelLoss(string name, Tensor scores, ParityCase parity) => name switch
    {
        "soft_target" => scores.CrossEntropyLoss(parity.Input("soft_labels")),
        "label_smoothing" => scores.CrossEntropyLoss(parity.Input("labels"), labelSmoothing: 0.1),
        "ce" => scores.CrossEntropyLoss(parity.Input("labels")),
        _ => throw new UserException($"The case's base criterion should be soft_target, label_smoothing or ce, found '{name}'."),
    };

    private sealed class DistilledReference : ModelReference<DeiT>
    {
        protected override DeiT Build(ParityCase parity) => new(TimmConfig.Shape(parity.Config), TimmConfig.Encoder<DeiTOptions>(parity.Config));

        protected override StateDictLayout Layout(ParityCase parity) => VisionLayouts.DeiT();

        protected override IReadOnlyDictionary<string, Tensor> Call(DeiT module, ParityCase parity)
        {
            var tokens = module.Encoder.Call(TimmConfig.Images(parity));
            var scores = module.Score(tokens);
            return new Dictionary<string, Tensor>
            {
                ["features"] = tokens.Normalized,
                ["logits_cls"] = scores.Class,
                ["logits_dist"] = scores.Distillation,
                ["logits"] = scores.Mean,
            };
        }
    }
}
