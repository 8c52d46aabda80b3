using Anyformer.Attention.Windows;
using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>Cases of microsoft/Cream, <c>EfficientViT/classification/model/efficientvit.py</c>: the model, or its attention alone.</summary>
[Reference("efficientvit")]
internal sealed class EfficientViTReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) => parity.Entry.EndsWith(": CascadedGroupAttention", StringComparison.Ordinal)
        ? new AttentionReference().Run(parity)
        : new Classifier().Run(parity);

    private sealed class AttentionReference : ModelReference<CascadedGroupAttention>
    {
        protected override CascadedGroupAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            var (heads, keyWidth, window) = (config.Int("num_heads", 8), config.Int("key_dim"), config.Int("resolution", 14));
            int[] kernels = config.Has("kernels") ? config.Ints("kernels") : [5, 5, 5, 5];
            return new CascadedGroupAttention(config.Int("dim"), keyWidth, kernels[..heads], window, window,
                (int)(config.Double("attn_ratio", 4) * keyWidth));
        }

        protected override StateDictLayout Layout(ParityCase parity) => new EfficientViTLayout(isFolded: false).OfAttention();

        protected override IReadOnlyDictionary<string, Tensor> Call(CascadedGroupAttention module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["y"] = module.Call(parity.Input("x")) };
    }

    private sealed class Classifier : ModelReference<EfficientViT>
    {
        protected override EfficientViT Build(ParityCase parity)
        {
            var config = parity.Config;
            if (config.Int("patch_size", 16) is not 16 and var patch)
                throw new UserException($"The reference's stem halves images four times, whatever patch size it is told; found {patch}.");
            if (config.Has("down_ops") && config.Json("down_ops").ToString() is var steps && steps.Count(letter => letter == '2') != 2)
                throw new UserException($"Stages are joined by subsampling with stride 2, found {steps}.");
            if (config.Has("stages") && config.Json("stages").EnumerateArray().Any(stage => stage.GetString() != "s"))
                throw new UserException($"Stages are of the kind 's', found {config.Json("stages")}.");
            var size = config.Int("img_size", 224);
            return new EfficientViT(new ImageShape(config.Int("in_chans", 3), size, size, config.Int("num_classes", 1000)), Options(config));
        }

        protected override StateDictLayout Layout(ParityCase parity) =>
            new EfficientViTLayout(isFolded: false).OfModel(Options(parity.Config).Depths);

        protected override IReadOnlyDictionary<string, Tensor> Call(EfficientViT module, ParityCase parity)
        {
            using var recorder = new Recorder();
            var outputs = new Dictionary<string, Tensor> { ["logits"] = module.Call(parity.Input("image")) };
            outputs["patch_embed"] = recorder.Named("stem").Single().Alias();
            foreach (var (i, maps) in recorder.Named("stage").Index())
                outputs[$"blocks{i + 1}"] = maps.Alias();
            return parity.Outputs.ContainsKey("logits_fused") ? AddFolded(outputs, parity) : outputs;
        }

        /// <summary>The same model with its batch norms folded: its scores, and its weights.</summary>
        private Dictionary<string, Tensor> AddFolded(Dictionary<string, Tensor> outputs, ParityCase parity)
        {
            var folded = BuildLoaded(parity);
            BatchNormFolding.Fold(folded);
            folded.Eval();
            outputs["logits_fused"] = folded.Call(parity.Input("image"));
            var layout = new EfficientViTLayout(isFolded: true).OfModel(Options(parity.Config).Depths);
            foreach (var (name, weight) in layout.ToOfficial(folded.StateDict()))
                outputs[$"fused.{name}"] = weight;
            return outputs;
        }

        private static EfficientViTOptions Options(ReferenceConfig config)
        {
            ValueList<int> List(string key, ValueList<int> otherwise) => config.Has(key) ? new ValueList<int>(config.Ints(key)) : otherwise;
            var defaults = new EfficientViTOptions();
            return defaults with
            {
                Widths = List("embed_dim", defaults.Widths),
                Depths = List("depth", defaults.Depths),
                Heads = List("num_heads", defaults.Heads),
                KeyWidths = List("key_dim", defaults.KeyWidths),
                Windows = List("window_size", defaults.Windows),
                Kernels = List("kernels", defaults.Kernels),
                Distilled = config.Bool("distillation", false),
            };
        }
    }
}
