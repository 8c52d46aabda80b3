using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.Blocks.Layers;
using Anyformer.FeedForward;
using Anyformer.Positions;
using Anyformer.Recipes;

namespace Anyformer.Models.Language.EncoderDecoders;

/// <summary>
/// An encoder and a decoder put together from parts of the catalog; the defaults are pre-norm Transformers with sinusoidal positions. Both stacks are alike
/// but for what is said of the decoder alone.
/// </summary>
public record EncoderDecoderOptions : TransformerOptions
{
    /// <summary>The defaults. Positions that work on queries and keys alone would not tell the decoder where the tokens that it attends to stand.</summary>
    public EncoderDecoderOptions() => Position = Part<PositionEncoding>.Of("sinusoidal");

    /// <summary>Named sizes: a small one, those of the first Transformer, and that of Rethinking Attention's teacher.</summary>
    public static new IReadOnlyDictionary<string, EncoderDecoderOptions> Presets { get; } = new Dictionary<string, EncoderDecoderOptions>
    {
        ["small"] = new() { Width = 64, Heads = 4, FeedForwardWidth = 256, Layers = new LayerOptions { Count = 2 } },
        ["original"] = Original(512, 8, 0.1),
        ["original-big"] = Original(1024, 16, 0.3),
        ["original-pre-norm"] = PreNorm(512, 8, 6),
        ["rethinking-attention"] = PreNorm(128, 8, 6),
    };

    /// <summary>What lets the tokens of the decoder see those before; null for the same as in the encoder.</summary>
    [Description("what lets the tokens of the decoder see those before; as in the encoder when left out")]
    public Part<TokenMixer>? DecoderAttention { get; init; }

    /// <summary>
    /// What lets the decoder see what the encoder read: a mixer across two texts, or the attention function of one. Of those in which the asking tokens act
    /// on each other, by clusters or as one network, a token depends on later ones too.
    /// </summary>
    [Description("what lets the decoder see what the encoder read: softmax, performer, shallow-cross-attention ...")]
    public Part<CrossMixer> CrossAttention { get; init; } = Part<CrossMixer>.Of("softmax");

    /// <summary>Layers of the decoder; null for as many as the encoder has.</summary>
    [Description("layers of the decoder; as many as the encoder has when left out"), Range(1, 1024)]
    public int? DecoderLayers { get; init; }

    /// <summary>Whether source and target have one embedding, of one vocabulary.</summary>
    [Description("source and target have one embedding, of one vocabulary")]
    public bool SharesEmbeddings { get; init; }

    /// <summary>The options of one of the stacks alone.</summary>
    internal EncoderDecoderOptions Of(StackSide side) => side == StackSide.Encoder ? this : this with
    {
        Attention = DecoderAttention ?? Attention,
        Layers = Layers with { Count = DecoderLayers ?? Layers.Count },
    };

    /// <summary>The wiring and sizes of Vaswani et al. 2017, table 3; the three embeddings are one where the vocabularies are.</summary>
    private static EncoderDecoderOptions Original(int width, int heads, double dropout) => new()
    {
        Width = width,
        Heads = heads,
        FeedForwardWidth = 4 * width,
        Dropout = dropout,
        // The paper drops neither attention weights nor hidden units.
        AttentionDropout = 0,
        HiddenDropout = 0,
        Position = Part<PositionEncoding>.Of("sinusoidal"),
        Wiring = Part<Wiring>.Of("post-norm"),
        FeedForward = Part<ChannelMixer>.Of("feed-forward"),
        Layers = new LayerOptions { Count = 6 },
        SharesEmbeddings = true,
    };

    /// <summary>The same with norms inside the branches and tables of its own for each side, as in gordicaleksa's pytorch-original-transformer.</summary>
    internal static EncoderDecoderOptions PreNorm(int width, int heads, int layers, double dropout = 0.1) => new()
    {
        Width = width,
        Heads = heads,
        FeedForwardWidth = 4 * width,
        Dropout = dropout,
        Position = Part<PositionEncoding>.Of("sinusoidal", new SinusoidalPositionsOptions { Frequencies = FrequencyFormula.Power }),
        Wiring = Part<Wiring>.Of("pre-norm"),
        FeedForward = Part<ChannelMixer>.Of("feed-forward"),
        Layers = new LayerOptions { Count = layers },
        TiesEmbeddings = false,
        OutputBias = true,
    };
}
