using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.Blocks.Layers;
using Anyformer.FeedForward;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Recipes;

namespace Anyformer.Models.Language;

/// <summary>A Transformer put together from parts of the catalog; the defaults are a pre-norm Transformer with rotary positions.</summary>
public record TransformerOptions
{
    /// <summary>Named sizes.</summary>
    public static IReadOnlyDictionary<string, TransformerOptions> Presets { get; } = new Dictionary<string, TransformerOptions>
    {
        ["small"] = new() { Width = 64, Heads = 4, FeedForwardWidth = 256, Layers = new LayerOptions { Count = 2 } },
        ["original"] = new()
        {
            Width = 512,
            Heads = 8,
            FeedForwardWidth = 2048,
            Dropout = 0.1,
            Position = Part<PositionEncoding>.Of("sinusoidal"),
            Wiring = Part<Wiring>.Of("post-norm"),
            FeedForward = Part<ChannelMixer>.Of("feed-forward"),
            Layers = new LayerOptions { Count = 6 },
        },
    };

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(2, 65536)]
    public int Width { get; init; } = 256;

    /// <summary>Heads side by side.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 4;

    /// <summary>Width of the hidden units of the feed-forward parts.</summary>
    [Description("width of the hidden units of the feed-forward parts"), Range(1, 1 << 20)]
    public int FeedForwardWidth { get; init; } = 1024;

    /// <summary>Probability of dropout on the outputs of the parts, and where no other says its own.</summary>
    [Description("probability of dropout on the outputs of the parts, and where no other is given"), Range(0.0, 1.0)]
    public double Dropout { get; init; }

    /// <summary>Probability of dropout behind the embedding; null for <see cref="Dropout"/>.</summary>
    [Description("probability of dropout behind the embedding; that of the outputs when left out"), Range(0.0, 1.0)]
    public double? EmbeddingDropout { get; init; }

    /// <summary>Probability of dropout on attention weights; null for <see cref="Dropout"/>.</summary>
    [Description("probability of dropout on attention weights; that of the outputs when left out"), Range(0.0, 1.0)]
    public double? AttentionDropout { get; init; }

    /// <summary>Probability of dropout on the hidden units of the feed-forward parts; null for <see cref="Dropout"/>.</summary>
    [Description("probability of dropout on the hidden units of the feed-forward parts; that of the outputs when left out"), Range(0.0, 1.0)]
    public double? HiddenDropout { get; init; }

    /// <summary>What lets the tokens see each other.</summary>
    [Description("what lets the tokens see each other: any token mixer, or {function: performer, heads: talking}")]
    public Part<TokenMixer> Attention { get; init; } = Part<TokenMixer>.Of("softmax");

    /// <summary>How tokens know where they stand; null for not at all.</summary>
    [Description("how tokens know where they stand: sinusoidal, learned, rotary, alibi ...; null for not at all")]
    public Part<PositionEncoding>? Position { get; init; } = Part<PositionEncoding>.Of("rope");

    /// <summary>What brings tokens to a common scale.</summary>
    [Description("what brings tokens to a common scale: layer, rms, scale ...")]
    public Part<NormalizationLayer> Norm { get; init; } = Part<NormalizationLayer>.Of("layer-norm");

    /// <summary>What works inside each token.</summary>
    [Description("what works inside each token: feed-forward, swiglu, switch ...")]
    public Part<ChannelMixer> FeedForward { get; init; } = Part<ChannelMixer>.Of("feed-forward", new PositionwiseFeedForwardOptions { Activation = "gelu" });

    /// <summary>How a sublayer joins skip connection and norm.</summary>
    [Description("how a sublayer joins skip connection and norm: pre, post, sandwich, deepnorm, rezero, gated")]
    public Part<Wiring> Wiring { get; init; } = Part<Wiring>.Of("pre-norm");

    /// <summary>How layers follow each other; of an encoder and of a decoder alike.</summary>
    [Description("how layers follow each other")]
    public LayerOptions Layers { get; init; } = new();

    /// <summary>Whether the map to the scores of the vocabulary is the embedding's.</summary>
    [Description("the map to the scores of the vocabulary is the embedding's")]
    public bool TiesEmbeddings { get; init; } = true;

    /// <summary>Whether a learned number is added to each score of the vocabulary.</summary>
    [Description("a learned number is added to each score of the vocabulary")]
    public bool OutputBias { get; init; }

    /// <summary>Whether the vectors of tokens are multiplied by the root of the width before positions are added.</summary>
    [Description("the vectors of tokens are multiplied by the root of the width")]
    public bool ScalesEmbeddings { get; init; } = true;

    /// <summary>The token of padding, whose vector is not trained; null for none.</summary>
    [Description("the token of padding, whose vector is not trained"), Range(0, int.MaxValue)]
    public int? PaddingToken { get; init; }

    /// <summary>Standard deviation of the fresh weights of linear maps and tables, whose biases are then 0; null for what each part does by itself.</summary>
    [Description("standard deviation of fresh weights of linear maps and tables; as each part does by itself when left out"), Range(0.0, 1e3)]
    public double? InitialDeviation { get; init; }

    /// <summary>
    /// Whether that deviation is smaller for the last maps of sublayers, by the root of their number, so that the sum over layers is as wide as one (GPT-2).
    /// </summary>
    [Description("that deviation is divided by the root of the number of sublayers for their last maps")]
    public bool ScalesOutputsByDepth { get; init; }
}
