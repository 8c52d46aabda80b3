using Anyformer.Blocks;
using Anyformer.Blocks.Layers;
using Anyformer.FeedForward;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Recipes;

namespace Anyformer.Models.Language.Encoders;

/// <summary>Options of <see cref="Bert"/>; the defaults are those of <c>bert-base</c>, 110 million weights with its vocabulary of 30522 and 512 positions.</summary>
public sealed record BertOptions : EncoderOptions
{
    /// <summary>The parts and sizes of the smaller model of the paper.</summary>
    public BertOptions()
    {
        (Width, Heads, FeedForwardWidth, Types) = (768, 12, 3072, 2);
        Layers = new LayerOptions { Count = 12 };
        (Dropout, HiddenDropout) = (0.1, 0);
        Position = Part<PositionEncoding>.Of("learned");
        Norm = Part<NormalizationLayer>.Of("layer-norm", new LayerNormOptions { Epsilon = 1e-12 });
        FeedForward = Part<ChannelMixer>.Of("feed-forward", new PositionwiseFeedForwardOptions { Activation = "gelu" });
        Wiring = Part<Wiring>.Of("post-norm");
        (NormalizesEmbeddings, ScalesEmbeddings, HeadActivation, OutputBias) = (true, false, "gelu", true);
        InitialDeviation = 0.02;
    }

    /// <summary>The sizes of the paper, and a small one.</summary>
    public static new IReadOnlyDictionary<string, BertOptions> Presets { get; } = new Dictionary<string, BertOptions>
    {
        ["small"] = Sized(64, 2, 4) with { Dropout = 0 },
        ["bert-base"] = new(),
        ["bert-large"] = Sized(1024, 24, 16),
    };

    private static BertOptions Sized(int width, int layers, int heads) =>
        new() { Width = width, Heads = heads, FeedForwardWidth = 4 * width, Layers = new LayerOptions { Count = layers } };
}
