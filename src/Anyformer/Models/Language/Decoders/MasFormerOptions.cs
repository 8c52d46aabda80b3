using Anyformer.Attention;
using Anyformer.Attention.Mixed;
using Anyformer.Blocks;
using Anyformer.Blocks.Layers;
using Anyformer.FeedForward;
using Anyformer.Positions;
using Anyformer.Recipes;

namespace Anyformer.Models.Language.Decoders;

/// <summary>
/// Options of <see cref="MasFormer"/>; the defaults are the sizes of GPT-Neo 1.3B, whose weights the paper trains on, with 50257 tokens and 2048 positions.
/// The paper does not say which layers see everything, nor how long blocks are: here it is every third layer, the last among them, and 256 tokens.
/// </summary>
public sealed record MasFormerOptions : TransformerOptions
{
    /// <summary>The parts and sizes of the paper.</summary>
    public MasFormerOptions()
    {
        (Width, Heads, FeedForwardWidth) = (2048, 16, 8192);
        Layers = new LayerOptions { Count = 24 };
        // Score scale and biases are GPT-Neo's.
        Attention = Spans(MixedSpanAttentionOptions.Blocks(256, 1, scale: 1), [2, 5, 8, 11, 14, 17, 20, 23]);
        Position = Part<PositionEncoding>.Of("learned");
        FeedForward = Part<ChannelMixer>.Of("feed-forward", new PositionwiseFeedForwardOptions { Activation = "gelu-tanh" });
        Wiring = Part<Wiring>.Of("pre-norm");
        ScalesEmbeddings = false;
        InitialDeviation = 0.02;
    }

    /// <summary>The published size, and a small one.</summary>
    public static new IReadOnlyDictionary<string, MasFormerOptions> Presets { get; } = new Dictionary<string, MasFormerOptions>
    {
        ["small"] = new()
        {
            Width = 64,
            Heads = 4,
            FeedForwardWidth = 256,
            Layers = new LayerOptions { Count = 2 },
            Attention = Part<TokenMixer>.Of("mixed-span", new MixedSpanAttentionOptions { Local = MixedSpanAttentionOptions.Blocks(32, 1) }),
        },
        ["gpt-neo-1.3b"] = new(),
    };

    /// <summary>GPT-Neo's attention, of which some layers are local.</summary>
    /// <param name="local">What attends in the local layers, without a scale.</param>
    /// <param name="fullLayers">The others.</param>
    internal static Part<TokenMixer> Spans(Part<AttentionFunction> local, ValueList<int> fullLayers) => Part<TokenMixer>.Of("mixed-span",
        new MixedSpanAttentionOptions { FullLayers = fullLayers, Local = local, ScalesScores = false });
}
