using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>Cases of thuml/Time-Series-Library, <c>models/Transformer.py</c>.</summary>
[Reference("ts-transformer")]
internal sealed class TimeSeriesTransformerReference : ModelReference<TimeSeriesTransformer>
{
    protected override TimeSeriesTransformer Build(ParityCase parity)
    {
        var config = parity.Config;
        config.WithoutEffect("factor");
        if (config.String("task_name", "long_term_forecast") is not ("long_term_forecast" or "short_term_forecast") and var task)
            throw new UserException($"The task '{task}' of the case is none that this model is for; expected long_term_forecast or short_term_forecast.");
        var variates = config.Int("enc_in");
        if (config.Int("dec_in") != variates)
            throw new UserException($"The decoder reads the encoder's variates: dec_in must be enc_in ({variates}), found {config.Int("dec_in")}.");
        var shape = new ForecastShape(config.Int("seq_len"), config.Int("pred_len"), config.Int("label_len"), variates, Marks(config), 1,
            Calendar(config) != CalendarKind.Continuous);
        return new TimeSeriesTransformer(shape, new TimeSeriesTransformerOptions
        {
            Width = config.Int("d_model"),
            Heads = config.Int("n_heads"),
            EncoderLayers = config.Int("e_layers"),
            DecoderLayers = config.Int("d_layers"),
            FeedForwardWidth = config.Int("d_ff"),
            Dropout = config.Double("dropout"),
            Activation = config.String("activation") == "relu" ? "relu" : "gelu",
            Calendar = Calendar(config),
            OutputVariates = config.Int("c_out"),
        });
    }

    protected override StateDictLayout Layout(ParityCase parity)
    {
        var layout = new StateDictLayout()
            .StepEmbedding("encoder_embedding", "enc_embedding")
            .StepEmbedding("decoder_embedding", "dec_embedding")
            .EncoderBlocks("encoder_blocks.{i}", "encoder.attn_layers.{i}")
            .Rename("encoder_norm.{p}", "encoder.norm.{p}")
            .DecoderBlocks("decoder_blocks.{i}", "decoder.layers.{i}")
            .Rename("decoder_norm.{p}", "decoder.norm.{p}")
            .Rename("head.{p}", "decoder.projection.{p}");
        var table = Calendar(parity.Config) == CalendarKind.Fixed ? "emb.weight" : "weight";
        foreach (var (own, official) in new[] { ("encoder_embedding", "enc_embedding"), ("decoder_embedding", "dec_embedding") })
            layout.Rename($"{own}.calendar.{{unit}}.weight", $"{official}.temporal_embedding.{{unit}}_embed.{table}");
        return layout;
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(TimeSeriesTransformer module, ParityCase parity) => new Dictionary<string, Tensor>
    {
        ["dec_out"] = module.Decode(
            parity.Input("x_enc"), parity.OptionalInput("x_mark_enc"), parity.Input("x_dec"), parity.OptionalInput("x_mark_dec")),
    };

    private static CalendarKind Calendar(ReferenceConfig config) => config.String("embed") switch
    {
        "fixed" => CalendarKind.Fixed,
        "timeF" => CalendarKind.Continuous,
        _ => CalendarKind.Learned,
    };

    /// <summary>Marks a step: by the frequency for continuous ones, four or, for minutes, five for integer ones.</summary>
    private static int Marks(ReferenceConfig config)
    {
        var frequency = config.String("freq");
        if (Calendar(config) != CalendarKind.Continuous)
            return frequency == "t" ? 5 : 4;
        return frequency switch
        {
            "h" => 4,
            "t" => 5,
            "s" => 6,
            "m" or "a" => 1,
            "w" => 2,
            "d" or "b" => 3,
            _ => throw new UserException($"The frequency '{frequency}' of the case is unknown; expected h, t, s, m, a, w, d or b."),
        };
    }
}
