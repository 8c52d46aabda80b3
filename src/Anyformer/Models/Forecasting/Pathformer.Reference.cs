using Anyformer.Checkpoints;
using Anyformer.Models.Forecasting.Pathways;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>Cases of decisionintelligence/pathformer: the model, and the router of a layer alone.</summary>
[Reference("pathformer")]
internal sealed class PathformerReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) =>
        parity.Entry.Contains("noisy_top_k_gating", StringComparison.Ordinal) ? new Gating().Run(parity) : new Model().Run(parity);

    /// <summary><c>models/PathFormer.py: Model</c>.</summary>
    private sealed class Model : ModelReference<Pathformer>
    {
        protected override Pathformer Build(ParityCase parity)
        {
            var config = parity.Config;
            config.WithoutEffect("gpu");
            var sizes = PatchSizes(config);
            if (config.Int("layer_nums") != sizes.Count || !config.Ints("num_experts_list").SequenceEqual(sizes.Select(layer => layer.Count)))
                throw new UserException("The patch sizes of the case must be as many as layer_nums and num_experts_list say.");
            var shape = new ForecastShape(config.Int("seq_len"), config.Int("pred_len"), 0, config.Int("num_nodes"), 0, 1, false);
            return new Pathformer(shape, new PathformerOptions
            {
                Width = config.Int("d_model"),
                FeedForwardWidth = config.Int("d_ff"),
                PatchSizes = sizes,
                ChosenExperts = config.Int("k"),
                Residual = config.Bool("residual_connection"),
                WindowNorm = config.Bool("revin"),
                BatchNorm = config.Bool("batch_norm"),
            });
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var layout = new StateDictLayout().Rename("embedding.{p}", "start_fc.{p}").Rename("head.{p}", "projections.0.{p}");
            foreach (var (i, sizes) in PatchSizes(parity.Config).Index())
                layout.AdaptiveMultiScaleLayer($"layers.{i}.", $"AMS_lists.{i}.", parity.Config.Int("seq_len"), sizes, parity.Config.Bool("batch_norm"));
            return layout;
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(Pathformer module, ParityCase parity)
        {
            using var auxiliary = new AuxiliaryLoss();
            var forecast = module.Call(new ForecastInput(parity.Input("x")));
            return new Dictionary<string, Tensor> { ["out"] = forecast, ["balance_loss"] = auxiliary.AddTo(forecast.NewZeros([])) };
        }

        private static ValueList<ValueList<int>> PatchSizes(ReferenceConfig config) =>
            new(config.Json("patch_size_list").EnumerateArray().Select(layer => new ValueList<int>(layer.EnumerateArray().Select(size => size.GetInt32()))));
    }

    /// <summary><c>layers/AMS.py: AMS.noisy_top_k_gating</c>, on series that season and trend have been added to.</summary>
    private sealed class Gating : ModelReference<AdaptiveMultiScaleLayer>
    {
        protected override AdaptiveMultiScaleLayer Build(ParityCase parity)
        {
            var config = parity.Config;
            config.WithoutEffect("output_size", "layer_number");
            var sizes = config.Ints("patch_size");
            if (config.Int("num_experts") != sizes.Length)
                throw new UserException($"The case has {sizes.Length} patch sizes for {config.Int("num_experts")} experts.");
            var shape = new ForecastShape(config.Int("input_size"), 1, 0, config.Int("num_nodes"), 0, 1, false);
            return new AdaptiveMultiScaleLayer(shape, sizes, new PathformerOptions
            {
                Width = config.Int("d_model"),
                FeedForwardWidth = config.Int("d_ff"),
                ChosenExperts = config.Int("k"),
                Residual = config.Bool("residual_connection"),
                BatchNorm = config.Bool("batch_norm"),
            });
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .AdaptiveMultiScaleLayer("", "", parity.Config.Int("input_size"), parity.Config.Ints("patch_size"), parity.Config.Bool("batch_norm"));

        /// <summary>Noise is drawn in training only, and only where the case asks for it.</summary>
        protected override void SetMode(AdaptiveMultiScaleLayer module, ParityCase parity) =>
            module.Train(parity.Config.Bool("noisy_gating") && parity.Inputs.ContainsKey("noise"));

        protected override IReadOnlyDictionary<string, Tensor> Call(AdaptiveMultiScaleLayer module, ParityCase parity)
        {
            using var draws = new RandomDraws(parity.OptionalInput("noise") is { } noise ? [noise] : []);
            var routing = module.Router.Choose(parity.Input("x").Transpose(1, 2));
            return new Dictionary<string, Tensor>
            {
                ["gates"] = routing.Gates,
                ["load"] = routing.Load,
                ["balance_loss"] = routing.BalanceLoss(),
            };
        }
    }
}
