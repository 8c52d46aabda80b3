using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.Blocks.Layers;
using Anyformer.Blocks.Lightweight;
using Anyformer.FeedForward;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Recipes;

namespace Anyformer.Models.Language.Encoders;

/// <summary>Options of <see cref="ConvBert"/>; the defaults are those of <c>conv-bert-base</c>, 106 million weights.</summary>
public sealed record ConvBertOptions : EncoderOptions
{
    /// <summary>The parts and sizes of the largest published model.</summary>
    public ConvBertOptions()
    {
        (Width, Heads, FeedForwardWidth, Types) = (768, 12, 3072, 2);
        Layers = new LayerOptions { Count = 12 };
        (Dropout, HiddenDropout) = (0.1, 0);
        Attention = Part<TokenMixer>.Of("mixed-attention", new MixedAttentionOptions());
        Position = Part<PositionEncoding>.Of("learned");
        Norm = Part<NormalizationLayer>.Of("layer-norm", new LayerNormOptions { Epsilon = 1e-12 });
        FeedForward = Part<ChannelMixer>.Of("feed-forward", new PositionwiseFeedForwardOptions { Activation = "gelu" });
        Wiring = Part<Wiring>.Of("post-norm");
        (NormalizesEmbeddings, ScalesEmbeddings, HeadActivation, OutputBias) = (true, false, "gelu", true);
        InitialDeviation = 0.02;
    }

    /// <summary>The published sizes under their names at Hugging Face, and a small one.</summary>
    public static new IReadOnlyDictionary<string, ConvBertOptions> Presets { get; } = new Dictionary<string, ConvBertOptions>
    {
        ["small"] = Sized(64, 4, 256) with { Layers = new LayerOptions { Count = 2 }, EmbeddingWidth = 32, Dropout = 0 },
        ["conv-bert-small"] = Sized(256, 4, 1024) with { EmbeddingWidth = 128 },
        ["conv-bert-medium-small"] = Sized(384, 8, 1536) with { EmbeddingWidth = 128, FeedForward = Grouped(2, "gelu") },
        ["conv-bert-base"] = new(),
    };

    /// <summary>A feed-forward part whose maps lie in groups that do not meet.</summary>
    internal static Part<ChannelMixer> Grouped(int groups, string activation) =>
        Part<ChannelMixer>.Of("grouped-feed-forward", new GroupedFeedForwardOptions { Groups = groups, Activation = activation });

    private static ConvBertOptions Sized(int width, int heads, int hidden) => new() { Width = width, Heads = heads, FeedForwardWidth = hidden };
}
