using Anyformer.Blocks;
using Anyformer.Blocks.Layers;
using Anyformer.FeedForward;
using Anyformer.Positions;
using Anyformer.Recipes;

namespace Anyformer.Models.Language.Decoders;

/// <summary>Options of <see cref="Gpt2"/>; the defaults are those of <c>gpt2</c>, 124 million weights with its vocabulary of 50257 and 1024 positions.</summary>
public sealed record Gpt2Options : TransformerOptions
{
    /// <summary>The parts and sizes of the smallest published model.</summary>
    public Gpt2Options()
    {
        (Width, Heads, FeedForwardWidth) = (768, 12, 3072);
        Layers = new LayerOptions { Count = 12 };
        (Dropout, HiddenDropout) = (0.1, 0);
        Position = Part<PositionEncoding>.Of("learned");
        FeedForward = Part<ChannelMixer>.Of("feed-forward", new PositionwiseFeedForwardOptions { Activation = "gelu-tanh" });
        Wiring = Part<Wiring>.Of("pre-norm");
        ScalesEmbeddings = false;
        (InitialDeviation, ScalesOutputsByDepth) = (0.02, true);
    }

    /// <summary>The published sizes under their names at Hugging Face, and a small one.</summary>
    public static new IReadOnlyDictionary<string, Gpt2Options> Presets { get; } = new Dictionary<string, Gpt2Options>
    {
        ["small"] = Sized(64, 2, 4) with { Dropout = 0 },
        ["gpt2"] = new(),
        ["gpt2-medium"] = Sized(1024, 24, 16),
        ["gpt2-large"] = Sized(1280, 36, 20),
        ["gpt2-xl"] = Sized(1600, 48, 25),
    };

    private static Gpt2Options Sized(int width, int layers, int heads) =>
        new() { Width = width, Heads = heads, FeedForwardWidth = 4 * width, Layers = new LayerOptions { Count = layers } };
}
