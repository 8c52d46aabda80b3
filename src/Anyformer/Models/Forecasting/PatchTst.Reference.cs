using System.Text.Json;
using Anyformer.Checkpoints;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>Cases of yuqinie98/PatchTST, <c>PatchTST_supervised/models/PatchTST.py</c>.</summary>
[Reference("patchtst")]
internal sealed class PatchTstReference : ModelReference<PatchTst>
{
    protected override PatchTst Build(ParityCase parity)
    {
        var config = parity.Config;
        var keywords = Keywords(config);
        // Reaches only a head that the reference cannot run on its own backbone.
        config.WithoutEffect("fc_dropout");
        var shape = new ForecastShape(config.Int("seq_len"), config.Int("pred_len"), 0, config.Int("enc_in"), 0, 1, false);
        var model = new PatchTst(shape, new PatchTstOptions
        {
            PatchLength = config.Int("patch_len"),
            Stride = config.Int("stride"),
            PatchFit = config.String("padding_patch", "None") == "end" ? PatchFit.RepeatLast : PatchFit.DropLast,
            Width = config.Int("d_model"),
            Heads = config.Int("n_heads"),
            KeyWidth = keywords.Has("d_k") ? keywords.Int("d_k") : null,
            ValueWidth = keywords.Has("d_v") ? keywords.Int("d_v") : null,
            Layers = config.Int("e_layers"),
            FeedForwardWidth = config.Int("d_ff"),
            Activation = keywords.String("act", "gelu").ToLowerInvariant(),
            ResidualAttention = keywords.Bool("res_attention", true),
            PreNorm = keywords.Bool("pre_norm", false),
            Dropout = config.Double("dropout"),
            AttentionDropout = keywords.Double("attn_dropout", 0),
            HeadDropout = config.Double("head_dropout"),
            Individual = config.Bool("individual"),
            WindowNorm = config.Bool("revin"),
            WindowCentre = config.Bool("subtract_last") ? WindowCentre.Last : WindowCentre.Mean,
            AffineWindowNorm = config.Bool("affine"),
            Decomposition = Decomposition(config),
        });
        RequireAllRead(keywords);
        return model;
    }

    protected override StateDictLayout Layout(ParityCase parity)
    {
        if (Decomposition(parity.Config) is null)
            return Network(new StateDictLayout(), "", "model.", parity.Config);
        // The trend's names come first: those of the season would match them too.
        return Network(Network(new StateDictLayout(), "trend.", "model_trend.", parity.Config), "", "model_res.", parity.Config);
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(PatchTst module, ParityCase parity) =>
        new Dictionary<string, Tensor> { ["out"] = module.Call(new ForecastInput(parity.Input("x"))) };

    /// <summary>The names of one backbone with its normalisation and head.</summary>
    private static StateDictLayout Network(StateDictLayout layout, string own, string official, ReferenceConfig config)
    {
        layout.Rename($"{own}norm.{{p}}", $"{official}revin_layer.affine_{{p}}")
            .Rename($"{own}backbone.positions", $"{official}backbone.W_pos")
            .Rename($"{own}backbone.projection.{{p}}", $"{official}backbone.W_P.{{p}}");
        Layer(layout, $"{own}backbone.layers.{{i}}", $"{official}backbone.encoder.layers.{{i}}");
        return config.Bool("individual")
            ? layout.Unstack($"{own}head.forecast.{{p}}", $"{official}head.linears.{{n}}.{{p}}", config.Int("enc_in"))
            : layout.Rename($"{own}head.forecast.{{p}}", $"{official}head.linear.{{p}}");
    }

    private static void Layer(StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}.attention.query_projection.{{p}}", $"{official}.self_attn.W_Q.{{p}}")
        .Rename($"{own}.attention.key_projection.{{p}}", $"{official}.self_attn.W_K.{{p}}")
        .Rename($"{own}.attention.value_projection.{{p}}", $"{official}.self_attn.W_V.{{p}}")
        .Rename($"{own}.attention.output_projection.{{p}}", $"{official}.self_attn.to_out.0.{{p}}")
        .Rename($"{own}.attention.scale", $"{official}.self_attn.sdp_attn.scale")
        .Rename($"{own}.attention_norm.channels.{{p}}", $"{official}.norm_attn.1.{{p}}")
        .Rename($"{own}.feed_forward.hidden.{{p}}", $"{official}.ff.0.{{p}}")
        .Rename($"{own}.feed_forward.output.{{p}}", $"{official}.ff.3.{{p}}")
        .Rename($"{own}.feed_forward_norm.channels.{{p}}", $"{official}.norm_ffn.1.{{p}}");

    private static int? Decomposition(ReferenceConfig config)
    {
        var window = config.Int("kernel_size");
        return config.Bool("decomposition") ? window : null;
    }

    /// <summary>The further keyword arguments of the constructor.</summary>
    private static ReferenceConfig Keywords(ReferenceConfig config)
    {
        var keywords = new ReferenceConfig(config.Has("kwargs") ? config.Json("kwargs") : JsonSerializer.SerializeToElement(new { }));
        if (keywords.Bool("pretrain_head", false) || keywords.String("head_type", "flatten") != "flatten")
            throw new UserException("The case asks for a head that the reference's forecaster does not have; expected head_type flatten.");
        // Lost on the way to the encoder of the reference (the norm too: it is always batch normalisation), or of no effect on what it computes:
        // how positions began and whether they are trained does not matter once they are loaded.
        keywords.WithoutEffect("norm", "max_seq_len", "key_padding_mask", "padding_var", "attn_mask", "store_attn", "verbose", "pe", "learn_pe");
        return keywords;
    }

    private static void RequireAllRead(ReferenceConfig keywords)
    {
        if (keywords.UnreadKeys.FirstOrDefault() is { } key)
            throw new UserException($"The keyword argument '{key}' of the case is unknown.");
    }
}
