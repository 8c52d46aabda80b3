using Anyformer.Checkpoints;
using Anyformer.Parity;

namespace Anyformer.Attention.LongConvolutions;

/// <summary>The names of HazyResearch/m2.</summary>
internal static class MonarchLayouts
{
    /// <summary>The sizes and options of <c>MonarchMixerSequenceMixing</c>.</summary>
    internal static (TokenMixerShape Shape, MonarchMixerOptions Options) MonarchMixer(this ReferenceConfig config)
    {
        // Learning rates and weight decays of filters, and a dropout of filters that is never applied.
        config.WithoutEffect("hyena_kernel_lr", "hyena_lr_pos_emb", "hyena_wd", "hyena_filter_dropout", "dropout");
        return (new TokenMixerShape(config.Int("l_max", 128), config.Int("d_model"), 1), config.MonarchMixerOptions());
    }

    /// <summary>The options that the mixer and the models with it share.</summary>
    internal static MonarchMixerOptions MonarchMixerOptions(this ReferenceConfig config) => new()
    {
        FilterWidth = config.Int("hyena_filter_order", 16),
        PositionWidth = config.Int("hyena_emb_dim", 3),
        Frequency = config.Double("hyena_w", 10),
        Modulation = config.Double("hyena_w_mod", 1),
        Residual = config.Bool("residual_long_conv", false),
        InputNorm = config.Bool("hyena_training_additions", false),
    };

    /// <summary><c>MonarchMixerSequenceMixing</c>; the prefixes are those of its names, with the last dot.</summary>
    internal static StateDictLayout MonarchMixer(this StateDictLayout layout, string own, string official, bool isBidirectional) => layout
        .Rename($"{own}convolution.input_norm.{{p}}", $"{official}layernorm.{{p}}")
        .Rename($"{own}convolution.input_projection.{{p}}", $"{official}in_linear.{{p}}")
        .Rename($"{own}convolution.output_projection.{{p}}", $"{official}out_linear.{{p}}")
        .Rename($"{own}convolution.short_filter.{{p}}", $"{official}short_filter.{{p}}")
        .Filter($"{own}convolution.long_filter.", $"{official}filter_fn.", isBidirectional)
        .Filter($"{own}convolution.residual_filter.", $"{official}filter_fn2.", isBidirectional);

    private static StateDictLayout Filter(this StateDictLayout layout, string own, string official, bool isBidirectional)
    {
        string[] networks = isBidirectional ? ["implicit_filter", "implicit_filter_rev"] : ["implicit_filter"];
        // All sines of a filter share their frequencies.
        layout.Repeat($"{own}frequencies", [.. networks.SelectMany(network => new[] { 1, 3, 5 }.Select(i => $"{official}{network}.{i}.freq"))]);
        for (var i = 0; i < 4; i++)
            layout.Rename($"{own}back.{i}.{{p}}", $"{official}implicit_filter.{2 * i}.{{p}}")
                .Rename($"{own}ahead.{i}.{{p}}", $"{official}implicit_filter_rev.{2 * i}.{{p}}");
        return layout
            .Rename($"{own}bias", $"{official}bias")
            .Rename($"{own}positions", $"{official}pos_emb.z")
            .Rename($"{own}times", $"{official}pos_emb.t")
            .Rename($"{own}decays", $"{official}modulation.deltas");
    }
}
