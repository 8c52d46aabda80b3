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
        var shape = ThumlReference.Shape(config, config.Int("pred_len"));
        return new TimeSeriesTransformer(shape, new TimeSeriesTransformerOptions
        {
            Width = config.Int("d_model"),
            Heads = config.Int("n_heads"),
            EncoderLayers = config.Int("e_layers"),
            DecoderLayers = config.Int("d_layers"),
            FeedForwardWidth = config.Int("d_ff"),
            Dropout = config.Double("dropout"),
            Activation = ThumlReference.Activation(config),
            Calendar = ThumlReference.Calendar(config),
            DecoderVariates = config.Int("dec_in"),
            OutputVariates = config.Int("c_out"),
        });
    }

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
        .StepEmbedding("encoder_embedding", "enc_embedding", ThumlReference.Calendar(parity.Config))
        .StepEmbedding("decoder_embedding", "dec_embedding", ThumlReference.Calendar(parity.Config))
        .EncoderBlocks("encoder_blocks.{i}", "encoder.attn_layers.{i}")
        .Rename("encoder_norm.{p}", "encoder.norm.{p}")
        .DecoderBlocks("decoder_blocks.{i}", "decoder.layers.{i}")
        .Rename("decoder_norm.{p}", "decoder.norm.{p}")
        .Rename("head.{p}", "decoder.projection.{p}");

    protected override IReadOnlyDictionary<string, Tensor> Call(TimeSeriesTransformer module, ParityCase parity) => new Dictionary<string, Tensor>
    {
        ["dec_out"] = module.Decode(
            parity.Input("x_enc"), parity.OptionalInput("x_mark_enc"), parity.Input("x_dec"), parity.OptionalInput("x_mark_dec")),
    };
}
