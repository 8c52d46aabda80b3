using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Blocks.Layers;

namespace Anyformer.Models.Language.Encoders;

/// <summary>A Transformer encoder put together from parts of the catalog; the defaults are pre-norm layers with rotary positions.</summary>
public record EncoderOptions : TransformerOptions
{
    /// <summary>Named sizes.</summary>
    public static new IReadOnlyDictionary<string, EncoderOptions> Presets { get; } = new Dictionary<string, EncoderOptions>
    {
        ["small"] = new() { Width = 64, Heads = 4, FeedForwardWidth = 256, Layers = new LayerOptions { Count = 2 } },
    };

    /// <summary>Types of tokens, such as those of a first and a second text; 0 for none.</summary>
    [Description("types of tokens, such as those of a first and a second text; 0 for none"), Range(0, 65536)]
    public int Types { get; init; }

    /// <summary>Width of the embedding, from which a linear map leads to <see cref="TransformerOptions.Width"/>; null for the same width.</summary>
    [Description("width of the embedding; that of a token when left out"), Range(1, 65536)]
    public int? EmbeddingWidth { get; init; }

    /// <summary>Whether embeddings are normalised.</summary>
    [Description("embeddings are normalised")]
    public bool NormalizesEmbeddings { get; init; }

    /// <summary>Activation of a linear map, normalised after it, between the last layer and the scores; null for no such map.</summary>
    [Description("activation of a map between the last layer and the scores: gelu, relu ...; no map when left out")]
    public string? HeadActivation { get; init; }
}
