using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>
/// Cases of registers: facebookresearch/dinov2, <c>vision_transformer.py: DinoVisionTransformer</c>, its resampling of positions and timm's, timm's
/// <c>VisionTransformer</c> with registers, and the measure of artifacts from the paper's equations.
/// </summary>
[Reference("registers")]
internal sealed class RegistersReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) =>
        parity.Entry.Contains("interpolate_pos_encoding", StringComparison.Ordinal) ? RunResampling(parity)
        : parity.Entry.Contains("DinoVisionTransformer", StringComparison.Ordinal) ? new DinoV2Reference().Run(parity)
        : parity.Entry.Contains("timm", StringComparison.Ordinal) ? new VisionTransformerReference().Run(parity)
        : RunNorms(parity);

    private static ParityResult RunResampling(ParityCase parity)
    {
        var positions = parity.Input("pos_embed");
        positions.RequiresGrad = true;
        var outputs = new Dictionary<string, Tensor>();
        foreach (var (setting, i) in Settings(parity, "settings"))
            outputs[$"out{i}"] = Resample(positions, setting, setting.Double("interpolate_offset"), setting.Bool("interpolate_antialias"));
        foreach (var (setting, i) in Settings(parity, "timm"))
            outputs[$"timm{i}"] = Resample(positions, setting, 0, setting.Bool("antialias"));
        Autograd.Backward([.. outputs.Values], [.. outputs.Keys.Select(name => parity.Input($"probe.{name}"))]);
        return new ParityResult(outputs, new Dictionary<string, Tensor> { ["input.pos_embed"] = positions.Grad! });
    }

    private static IEnumerable<(ReferenceConfig Setting, int Number)> Settings(ParityCase parity, string key) =>
        parity.Config.Has(key) ? parity.Config.Json(key).EnumerateArray().Select(static (element, i) => (new ReferenceConfig(element), i)) : [];

    /// <summary>Positions of a square grid with the class's before it.</summary>
    private static Tensor Resample(Tensor positions, ReferenceConfig setting, double offset, bool antialias)
    {
        var side = (long)Math.Sqrt(positions.Size(1) - 1);
        var grid = setting.Ints("grid");
        var resampling = new PositionResampling { Offset = offset, Antialias = antialias };
        return Functional.Cat([positions[.., ..1], resampling.Resample(positions[.., 1..], new PatchGrid(side, side), new PatchGrid(grid[0], grid[1]))], 1);
    }

    private static ParityResult RunNorms(ParityCase parity)
    {
        var sizes = parity.Config.Ints("grid");
        var grid = new PatchGrid(sizes[0], sizes[1]);
        var norms = PatchNorms.Of(parity.Input("patch_tokens"), grid, parity.Config.Double("cutoff"));
        return new ParityResult(new Dictionary<string, Tensor>
        {
            ["norms"] = norms.Norms,
            ["outlier_mask"] = norms.Outliers,
            ["outlier_fraction"] = Tensor.From(new[] { norms.OutlierFraction }),
            ["max_norm"] = norms.Norms.Amax([1, 2]),
            ["neighbour_cosine"] = PatchNorms.NeighbourCosine(parity.Input("patch_embeddings"), grid),
        });
    }

    private sealed class DinoV2Reference : ModelReference<VisionTransformer>
    {
        protected override VisionTransformer Build(ParityCase parity)
        {
            var config = parity.Config;
            RequireBiases(config);
            config.WithoutEffect("drop_path_rate", "drop_path_uniform");
            var options = TimmConfig.Encoder<VisionTransformerOptions>(config) with
            {
                Registers = config.Int("num_register_tokens", 0),
                PrefixPositions = PrefixPositions.Class,
                MaskToken = true,
                Resampling = new PositionResampling
                {
                    Offset = config.Double("interpolate_offset", 0.1),
                    Antialias = config.Bool("interpolate_antialias", false),
                },
            };
            if (IsGated(config))
                options = options with { FeedForward = TimmConfig.SwiGlu, HiddenWidth = GatedWidth(options.HiddenWidth) };
            return new VisionTransformer(TimmConfig.Shape(config) with { Classes = 0 }, options);
        }

        protected override StateDictLayout Layout(ParityCase parity) =>
            VisionLayouts.DinoV2(parity.Config.Int("depth", 12), parity.Config.Int("block_chunks", 1), IsGated(parity.Config));

        protected override IReadOnlyDictionary<string, Tensor> Call(VisionTransformer module, ParityCase parity)
        {
            var tokens = module.Encoder.Call(parity.Input("image"), parity.OptionalInput("masks"));
            var outputs = new Dictionary<string, Tensor>
            {
                ["x_norm_clstoken"] = tokens.Classes.Squeeze(1),
                ["x_norm_regtokens"] = tokens.RegisterTokens,
                ["x_norm_patchtokens"] = tokens.Patches,
                ["x_prenorm"] = tokens.Raw,
            };
            AddLayers(outputs, module, parity);
            return outputs;
        }

        private static void AddLayers(Dictionary<string, Tensor> outputs, VisionTransformer module, ParityCase parity)
        {
            var count = parity.Outputs.Keys.Count(name => name.StartsWith("intermediate_", StringComparison.Ordinal) && !name.EndsWith("_cls", StringComparison.Ordinal));
            if (count == 0)
                return;
            foreach (var (layer, i) in module.Encoder.CallLayers(parity.Input("image"), count).Select(static (layer, i) => (layer, i)))
            {
                outputs[$"intermediate_{i}"] = layer.PatchMap;
                outputs[$"intermediate_{i}_cls"] = layer.Classes.Squeeze(1);
            }
        }

        private static bool IsGated(ReferenceConfig config) => config.String("ffn_layer", "mlp") is "swiglu" or "swiglufused";

        /// <summary>Two thirds of the plain width, so that the three maps have as many weights as two, rounded up to a multiple of 8.</summary>
        private static int GatedWidth(int hidden) => ((int)(hidden * 2 / 3.0) + 7) / 8 * 8;

        private static void RequireBiases(ReferenceConfig config)
        {
            foreach (var key in (string[])["proj_bias", "ffn_bias"])
                if (!config.Bool(key, true))
                    throw new UserException($"The key '{key}' of the case's configuration should be true, found false.");
        }
    }
}
