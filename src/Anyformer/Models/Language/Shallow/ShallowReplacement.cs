using System.ComponentModel;
using System.Text.Json.Serialization;
using Anyformer.Attention.Shallow;

namespace Anyformer.Models.Language.Shallow;

/// <summary>Which attention a shallow network stands for.</summary>
public enum ShallowPlace
{
    /// <summary>That of the encoder's layers.</summary>
    Encoder,

    /// <summary>That of the decoder's layers to what was written before.</summary>
    Decoder,

    /// <summary>That of the decoder's layers to what the encoder read.</summary>
    CrossAttention,
}

/// <summary>How much a shallow network stands for (Bozic et al. 2023, arXiv 2311.10642, section 3).</summary>
public enum ShallowApproach
{
    /// <summary>The heads of attention together; their output projection, norm and skip connection stay (attention layer replacement).</summary>
    [JsonStringEnumMemberName("alr")]
    Attention,

    /// <summary>One network for each head (attention separate heads layer replacement).</summary>
    [JsonStringEnumMemberName("alsr")]
    Heads,

    /// <summary>The whole sublayer, with norm and skip connection (attention layer with residual connection replacement).</summary>
    [JsonStringEnumMemberName("alrr")]
    Sublayer,

    /// <summary>The whole layer, the feed-forward part too (encoder layer replacement).</summary>
    [JsonStringEnumMemberName("elr")]
    Layer,
}

/// <summary>Attention that is replaced by shallow networks.</summary>
public sealed record ShallowReplacement
{
    /// <summary>Which attention.</summary>
    [Description("which attention is replaced: encoder, decoder or cross-attention")]
    public ShallowPlace Place { get; init; }

    /// <summary>How much of it; of a decoder, its heads together.</summary>
    [Description("how much a network stands for: alr (all heads), alsr (each head), alrr (the sublayer) or elr (the layer)")]
    public ShallowApproach Approach { get; init; }

    /// <summary>How wide the hidden layers of the networks are.</summary>
    [Description("how wide the hidden layers of the networks are: xs, s, m, l or xl")]
    public ShallowSize Size { get; init; } = ShallowSize.M;

    /// <summary>Numbers of the layers, from 0; null for all.</summary>
    [Description("numbers of the layers, from 0; all when left out")]
    public ValueList<int>? Layers { get; init; }

    /// <summary>Whether it replaces attention at a place of a layer.</summary>
    internal bool Is(ShallowPlace place, int layer) => Place == place && Layers?.Contains(layer) != false;

    /// <summary>Refuses what there is no network for.</summary>
    /// <param name="layers">Layers at the place.</param>
    /// <exception cref="UserException">A decoder's attention is not replaced as a whole, or there is no such layer.</exception>
    internal void Check(int layers)
    {
        if (Place != ShallowPlace.Encoder && Approach != ShallowApproach.Attention)
            throw new UserException("Attention of a decoder is replaced by networks for all heads (approach: alr), found another approach.");
        foreach (var layer in Layers ?? [])
            if (layer < 0 || layer >= layers)
                throw new UserException($"There are {layers} layers, from 0, whose attention can be replaced, found number {layer}.");
    }
}
