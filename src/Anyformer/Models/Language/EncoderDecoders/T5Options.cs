using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Blocks;
using Anyformer.Blocks.Layers;
using Anyformer.FeedForward;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Recipes;

namespace Anyformer.Models.Language.EncoderDecoders;

/// <summary>
/// Options of <see cref="T5"/>; the defaults are those of <c>t5-small</c>, 60 million weights with its vocabulary of 32128. Another attention or other
/// positions than T5's take the place of its own, which shares one table of biases over all layers of a stack and does not divide scores.
/// </summary>
public sealed record T5Options : EncoderDecoderOptions
{
    /// <summary>The parts and sizes of the smallest published model.</summary>
    public T5Options()
    {
        (Width, Heads, FeedForwardWidth, Dropout) = (512, 8, 2048, 0.1);
        Layers = new LayerOptions { Count = 6 };
        Position = Biased(new T5BiasOptions());
        Norm = Normed(1e-6);
        FeedForward = Rectified;
        Wiring = Part<Wiring>.Of("pre-norm");
        (TiesEmbeddings, SharesEmbeddings, ScalesEmbeddings) = (true, true, false);
    }

    /// <summary>The published sizes under their names at Hugging Face, those of version 1.1 with a gate and a map of their own to the scores, and a small one.</summary>
    public static new IReadOnlyDictionary<string, T5Options> Presets { get; } = new Dictionary<string, T5Options>
    {
        ["small"] = Sized(64, 4, 128, 2) with { HeadWidth = 16, Dropout = 0 },
        ["t5-small"] = new(),
        ["t5-base"] = Sized(768, 12, 3072, 12),
        ["t5-large"] = Sized(1024, 16, 4096, 24),
        ["t5-3b"] = Sized(1024, 32, 16384, 24) with { HeadWidth = 128 },
        ["t5-11b"] = Sized(1024, 128, 65536, 24) with { HeadWidth = 128 },
        ["t5-v1_1-small"] = Gated(512, 6, 1024, 8),
        ["t5-v1_1-base"] = Gated(768, 12, 2048, 12),
        ["t5-v1_1-large"] = Gated(1024, 16, 2816, 24),
        ["t5-v1_1-xl"] = Gated(2048, 32, 5120, 24),
        ["t5-v1_1-xxl"] = Gated(4096, 64, 10240, 24),
    };

    /// <summary>Width of a head.</summary>
    [Description("width of a head; the heads together need not be as wide as a token"), Range(1, 65536)]
    public int HeadWidth { get; init; } = 64;

    private static Part<ChannelMixer> Rectified => Maps("relu");

    /// <summary>T5's positions.</summary>
    internal static Part<PositionEncoding> Biased(T5BiasOptions options) => Part<PositionEncoding>.Of("t5-bias", options);

    /// <summary>T5's norm.</summary>
    internal static Part<NormalizationLayer> Normed(double epsilon) => Part<NormalizationLayer>.Of("rms-norm", new RmsNormOptions { Epsilon = epsilon });

    /// <summary>Two maps without biases.</summary>
    internal static Part<ChannelMixer> Maps(string activation) =>
        Part<ChannelMixer>.Of("feed-forward", new PositionwiseFeedForwardOptions { Activation = activation, Bias = false });

    /// <summary>Two maps without biases, and the gate of a third.</summary>
    internal static Part<ChannelMixer> GatedMaps(string activation) =>
        Part<ChannelMixer>.Of("gated-feed-forward", new GatedFeedForwardOptions { Activation = activation });

    private static T5Options Sized(int width, int heads, int hidden, int layers) =>
        new() { Width = width, Heads = heads, FeedForwardWidth = hidden, Layers = new LayerOptions { Count = layers } };

    private static T5Options Gated(int width, int heads, int hidden, int layers) =>
        Sized(width, heads, hidden, layers) with { FeedForward = GatedMaps("gelu-new"), TiesEmbeddings = false };
}
