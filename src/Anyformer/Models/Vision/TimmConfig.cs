using Anyformer.FeedForward;
using Anyformer.Parity;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>What cases of timm's <c>VisionTransformer</c> and its descendants say of their models.</summary>
internal static class TimmConfig
{
    internal static bool IsGated(ReferenceConfig config) => config.Bool("swiglu", false);

    /// <summary>The images that a case's model is built for.</summary>
    internal static ImageShape Shape(ReferenceConfig config)
    {
        var size = ImageSize(config);
        return new ImageShape(config.Int("in_chans", 3), size[0], size[1], config.Int("num_classes", 1000));
    }

    /// <summary>The options of a plain model.</summary>
    internal static VisionTransformerOptions Options(ReferenceConfig config)
    {
        var options = Encoder<VisionTransformerOptions>(config);
        return options with
        {
            ClassToken = config.Bool("class_token", true),
            Pooling = config.String("global_pool", "token") switch
            {
                "avg" => ImagePooling.Average,
                "map" => ImagePooling.Map,
                // Without pooling the head goes over every token.
                _ => ImagePooling.Token,
            },
            PooledNorm = config.Has("fc_norm") ? config.Bool("fc_norm") : null,
            RepresentationWidth = config.Has("representation_size") ? config.Int("representation_size") : null,
        };
    }

    /// <summary>The options of the encoder.</summary>
    internal static TOptions Encoder<TOptions>(ReferenceConfig config) where TOptions : VisionEncoderOptions, new()
    {
        config.WithoutEffect("drop_rate", "pos_drop_rate", "patch_drop_rate", "proj_drop_rate", "attn_drop_rate", "drop_path_rate", "weight_init");
        var (width, gated) = (config.Int("embed_dim", 768), IsGated(config));
        var hidden = (int)(width * config.Double("mlp_ratio", 4));
        var options = new TOptions
        {
            Patch = config.Int("patch_size", 16),
            Width = width,
            Layers = config.Int("depth", 12),
            Heads = config.Int("num_heads", 12),
            HiddenWidth = gated ? hidden / 2 : hidden,
            QueryBias = config.Bool("qkv_bias", true),
            QueryKeyNorm = config.Bool("qk_norm", false),
            LayerScale = config.Has("init_values") && config.Double("init_values") != 0 ? config.Double("init_values") : null,
            EmbeddingNorm = config.Bool("pre_norm", false),
            Registers = config.Int("reg_tokens", 0),
            PrefixPositions = config.Bool("no_embed_class", false) ? PrefixPositions.None : PrefixPositions.All,
        };
        return gated ? options with { FeedForward = SwiGlu } : options;
    }

    /// <summary>The images of a case: of what does not fill a patch, timm pads only where it is told to, and leaves out the rest.</summary>
    internal static Tensor Images(ParityCase parity)
    {
        var images = parity.Input("image");
        var patch = parity.Config.Int("patch_size", 16);
        // Whether other sizes are taken: here they always are.
        parity.Config.WithoutEffect("dynamic_img_size");
        if (parity.Config.Bool("dynamic_img_pad", false))
            return images;
        return images[.., .., ..(int)(images.Size(2) / patch * patch), ..(int)(images.Size(3) / patch * patch)];
    }

    internal static Part<ChannelMixer> SwiGlu { get; } =
        Part<ChannelMixer>.Of("gated-feed-forward", new GatedFeedForwardOptions { Activation = "silu", Bias = true });

    private static int[] ImageSize(ReferenceConfig config)
    {
        if (!config.Has("img_size"))
            return [224, 224];
        return config.Json("img_size").ValueKind == System.Text.Json.JsonValueKind.Array ? Pair(config.Ints("img_size")) : Pair([config.Int("img_size")]);
    }

    private static int[] Pair(int[] sizes) => sizes.Length == 1 ? [sizes[0], sizes[0]] : sizes;
}
