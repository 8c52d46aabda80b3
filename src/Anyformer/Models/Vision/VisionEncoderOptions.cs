using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.FeedForward;
using Anyformer.Normalization;
using Anyformer.Recipes;
using Anyformer.TokenReduction;

namespace Anyformer.Models.Vision;

/// <summary>Which of the tokens before the patches have positions.</summary>
public enum PrefixPositions
{
    /// <summary>All, registers too.</summary>
    All,

    /// <summary>Class tokens, and not registers, as in DINOv2.</summary>
    Class,

    /// <summary>None: only patches have, as in DeiT III.</summary>
    None,
}

/// <summary>How the weights of linear maps are drawn.</summary>
public enum MapInitialization
{
    /// <summary>From a normal distribution of deviation 0.02, cut off at two deviations: for widths of some hundreds.</summary>
    Truncated,

    /// <summary>Evenly within bounds that go with the width, as in JAX's code of ViT: narrow models begin to learn sooner.</summary>
    Xavier,
}

/// <summary>Options of a <see cref="VisionEncoder"/>; the defaults are the smallest published size.</summary>
public abstract record VisionEncoderOptions
{
    /// <summary>Side of a patch in pixels.</summary>
    [Description("side of a patch in pixels"), Range(1, 1024)]
    public int Patch { get; init; } = 16;

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(1, 65536)]
    public int Width { get; init; } = 192;

    /// <summary>Blocks.</summary>
    [Description("blocks"), Range(1, 1000)]
    public int Layers { get; init; } = 12;

    /// <summary>Heads of attention, each an equal share of the width.</summary>
    [Description("heads of attention, each an equal share of the width"), Range(1, 1024)]
    public int Heads { get; init; } = 3;

    /// <summary>Width of the hidden units of a feed-forward.</summary>
    [Description("width of the hidden units of a feed-forward"), Range(1, 1 << 20)]
    public int HiddenWidth { get; init; } = 768;

    /// <summary>What lets the tokens see each other.</summary>
    [Description("what lets the tokens see each other: any token mixer or attention function of the catalog")]
    public Part<TokenMixer> Attention { get; init; } = Part<TokenMixer>.Of("softmax");

    /// <summary>What works inside each token.</summary>
    [Description("what works inside each token: any channel mixer of the catalog")]
    public Part<ChannelMixer> FeedForward { get; init; } =
        Part<ChannelMixer>.Of("feed-forward", new PositionwiseFeedForwardOptions { Activation = "gelu" });

    /// <summary>The normalisation of every block and of what comes out.</summary>
    [Description("normalisation of every block and of what comes out")]
    public Part<NormalizationLayer> Norm { get; init; } = Part<NormalizationLayer>.Of("layer-norm", new LayerNormOptions { Epsilon = 1e-6 });

    /// <summary>Whether the maps to queries, keys and values have biases.</summary>
    [Description("the maps to queries, keys and values have biases")]
    public bool QueryBias { get; init; } = true;

    /// <summary>Whether queries and keys are normalised.</summary>
    [Description("queries and keys are normalised before they meet")]
    public bool QueryKeyNorm { get; init; }

    /// <summary>What the factors of every branch start at; null for branches that are not scaled.</summary>
    [Description("what the learned factors of every branch start at, 1e-5 for one; nothing for branches that are not scaled")]
    public double? LayerScale { get; init; }

    /// <summary>Whether embedded tokens are normalised before the first block; the embedding of patches has no bias then.</summary>
    [Description("embedded tokens are normalised before the first block, and the embedding of patches has no bias")]
    public bool EmbeddingNorm { get; init; }

    /// <summary>Register tokens: learned, seen by all, thrown away at the output.</summary>
    [Description("register tokens: learned, seen by all, thrown away at the output"), Range(0, 1024)]
    public int Registers { get; init; }

    /// <summary>Which of the tokens before the patches have positions.</summary>
    [Description("which of the tokens before the patches have positions")]
    public PrefixPositions PrefixPositions { get; init; }

    /// <summary>How positions are brought to images of another size than the model was built for.</summary>
    [Description("how positions are brought to images of another size than the model was built for")]
    public PositionResampling Resampling { get; init; } = new();

    /// <summary>Whether there is a token to put in the place of hidden patches, for training on masked images.</summary>
    [Description("a learned token stands in for hidden patches, for training on masked images")]
    public bool MaskToken { get; init; }

    /// <summary>How the weights of the blocks are drawn.</summary>
    [Description("how the weights of the blocks are drawn: truncated for widths of some hundreds, xavier for narrow models")]
    public MapInitialization Initialization { get; init; }

    /// <summary>What makes tokens fewer in every block; null keeps all.</summary>
    [Description("what makes tokens fewer in every block: any token reducer of the catalog; nothing keeps all")]
    public Part<TokenReducer>? TokenReducer { get; init; }

    /// <summary>Probability of dropout on embedded tokens, on hidden units and on what every branch adds.</summary>
    [Description("probability of dropout on embedded tokens, hidden units and branches"), Range(0, 1)]
    public double Dropout { get; init; }

    /// <summary>Probability of dropout on attention weights.</summary>
    [Description("probability of dropout on attention weights"), Range(0, 1)]
    public double AttentionDropout { get; init; }

    /// <summary>Probability of leaving out the last branch of a sample while training; it rises evenly from 0 at the first.</summary>
    [Description("probability of leaving out the last block of a sample while training, rising evenly from 0 at the first")]
    [Range(0, 1, MaximumIsExclusive = true)]
    public double DropPath { get; init; }
}
