using Anyformer.Attention;
using Anyformer.Attention.Frequency;
using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Parity;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>Cases of thuml/Autoformer: the model, and auto-correlation alone.</summary>
[Reference("autoformer-ts")]
internal sealed class AutoformerReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) => ThumlReference.Class(parity) switch
    {
        "Model" => new Model().Run(parity),
        "AutoCorrelation" => new Correlation().Run(parity),
        var other => throw new UserException($"The case is of the class '{other}'; expected Model or AutoCorrelation."),
    };

    /// <summary>(batch, heads, lags, head width) as the reference has them, (batch, lags, heads, head width).</summary>
    private static IEnumerable<Tensor> Correlations(Recorder? recorder) =>
        (recorder?.Named("correlations") ?? []).Select(map => map.Transpose(1, 2));

    private sealed class Model : ModelReference<AutoformerForecaster>
    {
        protected override AutoformerForecaster Build(ParityCase parity)
        {
            var config = parity.Config;
            var shape = ThumlReference.Shape(config, config.Int("pred_len"));
            foreach (var key in new[] { "dec_in", "c_out" })
                if (config.Int(key) != shape.Variates)
                    throw new UserException($"Season and trend have the variates of the history: {key} must be {shape.Variates}, found {config.Int(key)}.");
            return new AutoformerForecaster(shape, new AutoformerOptions
            {
                Width = config.Int("d_model"),
                Heads = config.Int("n_heads"),
                EncoderLayers = config.Int("e_layers"),
                DecoderLayers = config.Int("d_layers"),
                FeedForwardWidth = config.Int("d_ff"),
                MovingAverage = config.Int("moving_avg"),
                Dropout = config.Double("dropout"),
                Activation = ThumlReference.Activation(config),
                Attention = Part<AttentionFunction>.Of("auto-correlation", new AutoCorrelationOptions { Factor = config.Double("factor") }),
                Calendar = ThumlReference.Calendar(config),
            });
        }

        protected override void SetMode(AutoformerForecaster module, ParityCase parity) => module.Train(parity.Config.Bool("training", false));

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .StepEmbedding("encoder_embedding", "enc_embedding", ThumlReference.Calendar(parity.Config))
            .StepEmbedding("decoder_embedding", "dec_embedding", ThumlReference.Calendar(parity.Config))
            .Unused("enc_embedding.position_embedding.pe")
            .Unused("dec_embedding.position_embedding.pe")
            .EncoderBlocks("encoder_blocks.{i}", "encoder.attn_layers.{i}")
            .Rename("encoder_norm.layer.{p}", "encoder.norm.layernorm.{p}")
            .DecoderBlocks("decoder_blocks.{i}", "decoder.layers.{i}")
            .Rename("decoder_blocks.{i}.trend.{p}", "decoder.layers.{i}.projection.{p}")
            .Rename("decoder_norm.layer.{p}", "decoder.norm.layernorm.{p}")
            .Rename("head.{p}", "decoder.projection.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(AutoformerForecaster module, ParityCase parity)
        {
            using var recorder = parity.Config.Bool("output_attention", false) ? new Recorder() : null;
            var input = new ForecastInput(parity.Input("x_enc"), parity.OptionalInput("x_mark_enc"), parity.OptionalInput("x_mark_dec"));
            var outputs = new Dictionary<string, Tensor> { ["dec_out"] = module.Call(input) };
            foreach (var (i, map) in Correlations(recorder).Index())
                outputs[$"corr.{i}"] = map;
            return outputs;
        }
    }

    private sealed class Correlation : ModelReference<AutoCorrelation>
    {
        protected override AutoCorrelation Build(ParityCase parity)
        {
            parity.Config.WithoutEffect("mask_flag", "scale", "attention_dropout");
            return new AutoCorrelation(parity.Config.Double("factor", 1));
        }

        protected override void SetMode(AutoCorrelation module, ParityCase parity) => module.Train(parity.Config.Bool("training", false));

        protected override IReadOnlyDictionary<string, Tensor> Call(AutoCorrelation module, ParityCase parity)
        {
            using var recorder = parity.Config.Bool("output_attention", false) ? new Recorder() : null;
            Tensor Heads(string name) => parity.Input(name).Transpose(1, 2);
            var outputs = new Dictionary<string, Tensor>
            {
                ["out"] = module.Call(Heads("queries"), Heads("keys"), Heads("values")).Transpose(1, 2),
            };
            foreach (var map in Correlations(recorder))
                outputs["corr"] = map;
            return outputs;
        }
    }
}
