using Anyformer.Attention;
using Anyformer.Attention.HeadInteractions;
using Anyformer.Blocks;
using Anyformer.Blocks.Layers;
using Anyformer.FeedForward;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Recipes;

namespace Anyformer.Models.Language.Decoders;

/// <summary>Options of <see cref="Llama"/>; the defaults are those of the first one with 7 billion weights, with its vocabulary of 32000.</summary>
public sealed record LlamaOptions : TransformerOptions
{
    /// <summary>The parts and sizes of the smallest published model.</summary>
    public LlamaOptions()
    {
        (Width, Heads, FeedForwardWidth) = (4096, 32, 11008);
        Layers = new LayerOptions { Count = 32 };
        Attention = Grouped(Heads);
        Position = Part<PositionEncoding>.Of("rope");
        Norm = Normed(1e-6);
        FeedForward = Part<ChannelMixer>.Of("gated-feed-forward", new GatedFeedForwardOptions { Activation = "silu" });
        Wiring = Part<Wiring>.Of("pre-norm");
        (TiesEmbeddings, ScalesEmbeddings) = (false, false);
        InitialDeviation = 0.02;
    }

    /// <summary>The published sizes, and a small one.</summary>
    public static new IReadOnlyDictionary<string, LlamaOptions> Presets { get; } = new Dictionary<string, LlamaOptions>
    {
        ["small"] = Sized(64, 172, 2, 4) with { Attention = Grouped(2) },
        ["llama-7b"] = new(),
        ["llama-13b"] = Sized(5120, 13824, 40, 40),
        ["llama-33b"] = Sized(6656, 17920, 60, 52),
        ["llama-65b"] = Sized(8192, 22016, 80, 64),
        ["llama-2-7b"] = new() { Norm = Normed(1e-5) },
        ["llama-2-13b"] = Sized(5120, 13824, 40, 40) with { Norm = Normed(1e-5) },
        ["llama-2-70b"] = Sized(8192, 28672, 80, 64) with { Attention = Grouped(8), Norm = Normed(1e-5) },
    };

    /// <summary>Heads that share keys and values in so many groups; as many groups as heads share none.</summary>
    internal static Part<TokenMixer> Grouped(int groups) => Part<TokenMixer>.Of("grouped-query", new GroupedQueryAttentionOptions { Groups = groups });

    private static Part<NormalizationLayer> Normed(double epsilon) => Part<NormalizationLayer>.Of("rms-norm", new RmsNormOptions { Epsilon = epsilon });

    private static LlamaOptions Sized(int width, int hidden, int layers, int heads) => new()
    {
        Width = width,
        Heads = heads,
        FeedForwardWidth = hidden,
        Layers = new LayerOptions { Count = layers },
        Attention = Grouped(heads),
    };
}
