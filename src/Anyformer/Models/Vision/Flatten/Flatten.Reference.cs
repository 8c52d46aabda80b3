using System.Globalization;
using System.Text.RegularExpressions;
using Anyformer.Attention.Downsampling;
using Anyformer.Attention.Kernels;
using Anyformer.Checkpoints;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Vision.Flatten;

/// <summary>Cases of LeapLabTHU/FLatten-Transformer: the models, or linear attention alone as Swin or PVT have it.</summary>
[Reference("flatten")]
internal sealed class FlattenReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        ReferenceAdapter adapter = parity.Entry switch
        {
            "models/flatten_swin.py: FocusedLinearAttention" => new WindowAttentionReference(),
            "models/flatten_pvt.py: FocusedLinearAttention" or "models/flatten_pvt_v2.py: FocusedLinearAttention" => new ReducedAttentionReference(),
            "models/flatten_swin.py: FLattenSwinTransformer" => new SwinReference(),
            "models/flatten_pvt.py: PyramidVisionTransformer" => new PvtReference(),
            "models/flatten_pvt_v2.py: PyramidVisionTransformerV2" => new PvtV2Reference(),
            "models/flatten_cswin.py: CSWinTransformer" => new CSwinReference(),
            _ => throw new UserException($"The entry '{parity.Entry}' is none of the FLatten models, nor their attention."),
        };
        return adapter.Run(parity);
    }

    private static FocusedOptions Focused(ReferenceConfig config) => new(config.Double("focusing_factor", 3), config.Int("kernel_size", 5));

    private sealed class WindowAttentionReference : ModelReference<FocusedMapAttention>
    {
        protected override FocusedMapAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            config.WithoutEffect("qk_scale", "attn_drop", "proj_drop");
            var window = config.Ints("window_size");
            return new FocusedMapAttention(
                config.Int("dim"), config.Int("num_heads"), window[0] * window[1], Focused(config), config.Bool("qkv_bias", true));
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().FusedAttention("", "");

        protected override IReadOnlyDictionary<string, Tensor> Call(FocusedMapAttention module, ParityCase parity)
        {
            var window = parity.Config.Ints("window_size");
            return new Dictionary<string, Tensor> { ["y"] = module.Call(parity.Input("x").Unflatten(1, [window[0], window[1]])).Flatten(1, 2) };
        }
    }

    private sealed class ReducedAttentionReference : ModelReference<FocusedMapAttention>
    {
        protected override FocusedMapAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            config.WithoutEffect("qk_scale", "attn_drop", "proj_drop");
            var (width, ratio, isPooled) = (config.Int("dim"), config.Int("sr_ratio", 1), config.Bool("linear", false));
            TensorModule? reduction = isPooled ? new PooledReduction(width) : ratio > 1 ? new SpatialReduction(width, ratio) : null;
            return new FocusedMapAttention(width, config.Int("num_heads", 8), config.Int("num_patches") / (ratio * ratio), Focused(config),
                config.Bool("qkv_bias", false), reduction);
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().ReducedAttention("", "", "");

        /// <summary>The call says the sides of the map: <c>H=6, W=6</c>.</summary>
        protected override IReadOnlyDictionary<string, Tensor> Call(FocusedMapAttention module, ParityCase parity)
        {
            var map = parity.Input("x").Unflatten(1, [Side(parity, "H"), Side(parity, "W")]);
            return new Dictionary<string, Tensor> { ["y"] = module.Call(map).Flatten(1, 2) };
        }

        private static long Side(ParityCase parity, string name) =>
            long.Parse(Regex.Match(parity.Call, $@"\b{name}=(\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>What the cases of all models have in common.</summary>
    private abstract class PyramidReference<TModel> : ModelReference<TModel> where TModel : ImageClassifier
    {
        protected static ImageShape Shape(ReferenceConfig config)
        {
            var size = config.Int("img_size", 224);
            return new ImageShape(config.Int("in_chans", 3), size, size, config.Int("num_classes", 1000));
        }

        /// <summary>The options that all pyramids share, over those of the model.</summary>
        protected static TOptions Shared<TOptions>(ReferenceConfig config, TOptions options, string depths, bool biasOtherwise)
            where TOptions : FlattenOptions
        {
            config.WithoutEffect("drop_rate", "attn_drop_rate", "drop_path_rate", "use_checkpoint", "use_chk", "hybrid_backbone", "norm_layer");
            if (config.Has("qk_scale"))
                throw new UserException("Scores are divided by the root of the head's width, found a qk_scale of another kind.");
            var blocks = config.Ints(depths);
            return options with
            {
                Depths = new(blocks),
                Heads = new(config.Ints("num_heads")),
                LinearBlocks = new(LinearBlocks(config.String("attn_type", "LLLL"), blocks)),
                Factor = config.Double("focusing_factor", 3),
                Kernel = config.Int("kernel_size", 5),
                InputBias = config.Bool("qkv_bias", biasOtherwise),
            };
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(TModel module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["logits"] = module.Call(parity.Input("image")) };

        /// <summary>A letter for each stage: linear, softmax, or mixed, of as many linear blocks as the number behind the letters
        /// says.</summary>
        private static IEnumerable<int> LinearBlocks(string types, int[] depths) => depths.Select((depth, stage) => types[stage] switch
        {
            'L' => depth,
            'S' => 0,
            'M' => int.Parse(types.AsSpan(depths.Length), CultureInfo.InvariantCulture),
            var letter => throw new UserException($"Stages are of the kind L, S or M, found '{letter}'."),
        });
    }

    private sealed class SwinReference : PyramidReference<FlattenSwin>
    {
        protected override FlattenSwin Build(ParityCase parity) => new(Shape(parity.Config), Options(parity.Config));

        protected override StateDictLayout Layout(ParityCase parity) => FlattenLayouts.Swin(Options(parity.Config));

        private static FlattenSwinOptions Options(ReferenceConfig config)
        {
            var window = config.Int("window_size", 7);
            return Shared(config, new FlattenSwinOptions
            {
                Patch = config.Int("patch_size", 4),
                Width = config.Int("embed_dim", 96),
                Window = window,
                SoftmaxWindow = window <= 56 ? 7 : 12,
                HiddenRatio = config.Double("mlp_ratio", 4),
                PatchNorm = config.Bool("patch_norm", true),
                Positions = config.Bool("ape", false),
            }, "depths", biasOtherwise: true);
        }
    }

    private sealed class PvtReference : PyramidReference<FlattenPvt>
    {
        protected override FlattenPvt Build(ParityCase parity) => new(Shape(parity.Config), Options(parity.Config));

        protected override StateDictLayout Layout(ParityCase parity) => FlattenLayouts.Pvt(Options(parity.Config));

        private static FlattenPvtOptions Options(ReferenceConfig config) =>
            Pvt(config, new FlattenPvtOptions { Patch = config.Int("patch_size", 16) });

        internal static TOptions Pvt<TOptions>(ReferenceConfig config, TOptions options) where TOptions : FlattenPvtBaseOptions
        {
            config.WithoutEffect("num_stages");
            return Shared(config, options, "depths", biasOtherwise: false) with
            {
                Widths = new(config.Ints("embed_dims")),
                HiddenRatios = new(config.Json("mlp_ratios").EnumerateArray().Select(ratio => ratio.GetDouble())),
                Reductions = new(config.Ints("sr_ratios")),
                LinearReductions = new(config.String("la_sr_ratios", "8421").Select(digit => digit - '0')),
            };
        }
    }

    private sealed class PvtV2Reference : PyramidReference<FlattenPvtV2>
    {
        protected override FlattenPvtV2 Build(ParityCase parity) => new(Shape(parity.Config), Options(parity.Config));

        protected override StateDictLayout Layout(ParityCase parity) => FlattenLayouts.Pvt(Options(parity.Config));

        private static FlattenPvtV2Options Options(ReferenceConfig config)
        {
            // The first embedding has a stride of four whatever patch size the model is told.
            config.WithoutEffect("patch_size");
            return PvtReference.Pvt(config, new FlattenPvtV2Options { Pooled = config.Bool("linear", false) });
        }
    }

    private sealed class CSwinReference : PyramidReference<FlattenCSwin>
    {
        protected override FlattenCSwin Build(ParityCase parity)
        {
            var (options, shape) = (Options(parity.Config), Shape(parity.Config));
            var windows = parity.Config.String("la_split_size", "1-2-7-7").Split('-').Select(int.Parse).ToArray();
            for (var stage = 0; stage < options.Depths.Count - 1; stage++)
                if (options.LinearBlocks[stage] > 0 && shape.Height >> (stage + 2) is var side && windows[stage] != side)
                    throw new UserException($"Linear attention sees the whole map, {side} places a side; found windows of {windows[stage]}.");
            return new FlattenCSwin(shape, options);
        }

        protected override StateDictLayout Layout(ParityCase parity) => FlattenLayouts.CSwin(Options(parity.Config));

        private static FlattenCSwinOptions Options(ReferenceConfig config)
        {
            // The stem has a stride of four whatever patch size the model is told.
            config.WithoutEffect("patch_size");
            return Shared(config, new FlattenCSwinOptions
            {
                Width = config.Int("embed_dim", 96),
                Stripes = new(config.Ints("split_size")),
                HiddenRatio = config.Double("mlp_ratio", 4),
            }, "depth", biasOtherwise: true);
        }
    }
}
