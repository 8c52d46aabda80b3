using System.Text.Json;
using Anyformer.Checkpoints;
using Anyformer.Models.Vision;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.TokenReduction;

/// <summary>
/// Cases of facebookresearch/ToMe: its matchings alone (<c>tome/merge.py</c>), its schedules (<c>tome/utils.py: parse_r</c>), and models of timm 0.4.12 and
/// of MAE patched with it (<c>tome/patch</c>).
/// </summary>
[Reference("tome")]
internal sealed class TokenMergingReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) =>
        parity.Entry.Contains("parse_r", StringComparison.Ordinal) ? RunSchedules(parity)
        : parity.Entry.Contains("merge.py", StringComparison.Ordinal) ? RunMatching(parity)
        : parity.Config.Bool("distilled", false) ? new DistilledReference().Run(parity)
        : new PlainReference().Run(parity);

    private static ParityResult RunSchedules(ParityCase parity) => new(parity.Config.Json("schedules").EnumerateArray()
        .Select(static (element, i) => (Setting: new ReferenceConfig(element), Number: i))
        .ToDictionary(item => $"r{item.Number}", item => Tensor.From(Schedule(item.Setting, "kind", item.Setting.Int("num_layers")).Select(r => (long)r).ToArray())));

    private static int[] Schedule(ReferenceConfig config, string kindKey, int layers)
    {
        if (config.Json("r") is not { ValueKind: JsonValueKind.Array } values)
            return MergingSchedule.Linear(config.Int("r"), 0, layers);
        return config.String(kindKey, "list") == "tuple"
            ? MergingSchedule.Linear(values[0].GetInt32(), values[1].GetDouble(), layers)
            : MergingSchedule.Listed(config.Ints("r"), layers);
    }

    private static ParityResult RunMatching(ParityCase parity)
    {
        var x = parity.Input("x");
        x.RequiresGrad = true;
        var match = Match(parity);
        var (merged, sizes) = match.Average(x, parity.Input("size"));
        var (unsized, unsizedSizes) = match.Average(x, TokenOrigins.Of(x).Sizes);
        var outputs = new Dictionary<string, Tensor>
        {
            ["merged_mean"] = match.Sum(x) / match.Sum(x.OnesLike()),
            ["merged_sum"] = match.Sum(x),
            ["merged_amax"] = TokenRows.Gather(x, match.Bases)
                .ScatterReduce(1, match.Targets.Unsqueeze(-1).Expand([-1, -1, x.Size(-1)]), TokenRows.Gather(x, match.Moved), "amax"),
            ["wavg_x"] = merged,
            ["wavg_size"] = sizes,
            ["wavg_x_nosize"] = unsized,
            ["wavg_size_nosize"] = unsizedSizes,
            ["source"] = TokenOrigins.Of(x).Then(unsizedSizes, match.Places()).Sources(),
            ["unmerged"] = Unmerged(match, merged, parity),
        };
        AddIndices(outputs, match, parity);
        Tensor[] probed = [.. outputs.Where(output => parity.Inputs.ContainsKey($"probe.{output.Key}")).Select(output => output.Value)];
        Autograd.Backward(probed, [.. outputs.Keys.Where(name => parity.Inputs.ContainsKey($"probe.{name}")).Select(name => parity.Input($"probe.{name}"))]);
        return new ParityResult(outputs, new Dictionary<string, Tensor> { ["input.x"] = x.Grad! });
    }

    private static TokenMatch Match(ParityCase parity)
    {
        var (config, metric) = (parity.Config, parity.Input("metric"));
        if (parity.Entry.Contains("kth", StringComparison.Ordinal))
            return new KthMerging(new(0, 1, 0), new() { Factor = config.Int("k"), Every = 1 }).MatchOf(metric);
        if (parity.Entry.Contains("random", StringComparison.Ordinal))
        {
            using var draws = new RandomDraws(parity.Input("rand"));
            return new RandomMerging(new(0, 1, 0), new() { Merged = config.Int("r") }).MatchOf(metric);
        }

        return new TokenMerging(new(0, 1, Protected(config)), new() { Merged = config.Int("r") }).MatchOf(metric);
    }

    private static int Protected(ReferenceConfig config) => (config.Bool("class_token", false) ? 1 : 0) + (config.Bool("distill_token", false) ? 1 : 0);

    /// <summary>
    /// What the authors' code gives back. It takes the tokens that chose and stayed to come first, also where it put the distillation token between them;
    /// and it leaves out what took no part.
    /// </summary>
    private static Tensor Unmerged(TokenMatch match, Tensor merged, ParityCase parity)
    {
        if (parity.Entry.Contains("kth", StringComparison.Ordinal))
            return match.Unmerge(merged)[.., ..(int)(match.Bases.Size(1) + match.Moved.Size(1))];
        var chose = (int)((match.Tokens + 1) / 2 - match.Moved.Size(1));
        return Protected(parity.Config) < 2 ? match.Unmerge(merged)
            : match.Unmerge(Functional.Cat([merged[.., ..1], merged[.., chose..(chose + 1)], merged[.., 1..chose], merged[.., (chose + 1)..]], 1));
    }

    private static void AddIndices(Dictionary<string, Tensor> outputs, TokenMatch match, ParityCase parity)
    {
        if (parity.Entry.Contains("kth", StringComparison.Ordinal))
        {
            outputs["dst_idx"] = match.Targets.Unsqueeze(-1);
            return;
        }

        var kept = match.Bases.MaskedSelect(match.Bases.Remainder(2).Eq(0)).View([match.Bases.Size(0), -1, 1]);
        outputs["unm_idx"] = kept.Div(2, "floor");
        outputs["src_idx"] = match.Moved.Div(2, "floor").Unsqueeze(-1);
        outputs["dst_idx"] = match.Bases.Gather(1, match.Targets).Div(2, "floor").Unsqueeze(-1);
    }

    private static Part<TokenReducer> Reducer(ParityCase parity)
    {
        var config = parity.Config;
        config.WithoutEffect("trace_source");
        return Part<TokenReducer>.Of("tome", new TokenMergingOptions
        {
            MergedByLayer = new(Schedule(config, "r_kind", config.Int("depth", 12))),
            Proportional = config.Bool("prop_attn"),
        });
    }

    private static Dictionary<string, Tensor> Outputs(Tensor scores, TokenOrigins? origins)
    {
        var outputs = new Dictionary<string, Tensor> { ["logits"] = scores };
        if (origins is not null)
            (outputs["size"], outputs["source"]) = (origins.Sizes, origins.Sources());
        return outputs;
    }

    private sealed class PlainReference : ModelReference<VisionTransformer>
    {
        protected override VisionTransformer Build(ParityCase parity)
        {
            var config = parity.Config;
            var options = config.String("patch") == "mae"
                ? TimmConfig.Encoder<VisionTransformerOptions>(config) with { Pooling = config.Bool("global_pool", false) ? ImagePooling.Average : ImagePooling.Token }
                : TimmConfig.Options(config);
            return new VisionTransformer(TimmConfig.Shape(config), options with { TokenReducer = Reducer(parity) });
        }

        protected override StateDictLayout Layout(ParityCase parity) => VisionLayouts.Timm();

        protected override IReadOnlyDictionary<string, Tensor> Call(VisionTransformer module, ParityCase parity)
        {
            var tokens = module.Encoder.Call(TimmConfig.Images(parity));
            return Outputs(module.Score(tokens), tokens.Origins);
        }
    }

    private sealed class DistilledReference : ModelReference<DeiT>
    {
        protected override DeiT Build(ParityCase parity)
        {
            parity.Config.WithoutEffect("patch", "distilled");
            var options = TimmConfig.Encoder<DeiTOptions>(parity.Config) with { TokenReducer = Reducer(parity) };
            return new DeiT(TimmConfig.Shape(parity.Config), options);
        }

        protected override StateDictLayout Layout(ParityCase parity) => VisionLayouts.DeiT();

        protected override IReadOnlyDictionary<string, Tensor> Call(DeiT module, ParityCase parity)
        {
            var tokens = module.Encoder.Call(TimmConfig.Images(parity));
            return Outputs(module.Score(tokens).Mean, tokens.Origins);
        }
    }
}
