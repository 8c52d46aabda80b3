namespace Anyformer.Catalog;

/// <summary>The places of the taxonomy, from the root down, separated by slashes.</summary>
public static class Family
{
    /// <summary>Transformers that forecast.</summary>
    public const string Forecasting = "models/forecasting/transformers";

    /// <summary>What forecasting Transformers are compared with.</summary>
    public const string ForecastingBaseline = "models/forecasting/baselines";

    /// <summary>Models that tell the class of a sequence.</summary>
    public const string SequenceClassification = "models/sequence classification";

    /// <summary>Models that read or write texts.</summary>
    public const string LanguageModels = "models/language";

    /// <summary>Models that tell the class of an image, tokens of one size throughout.</summary>
    public const string PlainVision = "models/vision/plain";

    /// <summary>Models that tell the class of an image, tokens fewer and wider from stage to stage.</summary>
    public const string PyramidVision = "models/vision/pyramid";

    /// <summary>Models from images to maps of features.</summary>
    public const string ImageMaps = "models/vision/feature maps";

    /// <summary>Models that read sets and inputs of any shape.</summary>
    public const string SetModels = "models/sets";

    /// <summary>Tokens become fewer between layers: merged, pooled, left out.</summary>
    public const string TokenReduction = "tokens/reduction";

    /// <summary>Every query sees every key.</summary>
    public const string SoftmaxAttention = "attention/full";

    /// <summary>Which keys a query sees is fixed beforehand.</summary>
    public const string FixedPatterns = "attention/fixed patterns";

    /// <summary>Which keys a query sees depends on the tokens: hashing, clustering, sorting.</summary>
    public const string LearnablePatterns = "attention/learnable patterns";

    /// <summary>A side memory that all tokens reach: global tokens, inducing points, latents.</summary>
    public const string Memory = "attention/memory";

    /// <summary>Keys and values, or the map of scores, have a low rank along the tokens.</summary>
    public const string LowRank = "attention/low rank";

    /// <summary>Segments one after another, with a memory of those before.</summary>
    public const string Recurrence = "attention/recurrence";

    /// <summary>Layers work on fewer tokens.</summary>
    public const string Downsampling = "attention/downsampling";

    /// <summary>Attention is computed for prototypes of the queries, or of the keys.</summary>
    public const string Prototypes = "attention/prototypes";

    /// <summary>The softmax is a product of feature maps, so that keys and values can be summed first.</summary>
    public const string Kernels = "attention/kernels";

    /// <summary>Tokens are related by their lag instead of by their content alone.</summary>
    public const string Frequency = "attention/frequency";

    /// <summary>Heads that act on each other, or differ in what they may do.</summary>
    public const string HeadInteractions = "attention/head interactions";

    /// <summary>Scores come, in part or whole, from elsewhere than queries and keys.</summary>
    public const string Priors = "attention/priors";

    /// <summary>Networks that mix tokens without scoring them.</summary>
    public const string Replacements = "attention/replacements";

    /// <summary>Positions that are added to the tokens or worked into queries and keys.</summary>
    public const string AbsolutePositions = "positions/absolute";

    /// <summary>Positions as distances between tokens.</summary>
    public const string RelativePositions = "positions/relative";

    /// <summary>Positions without an encoding: recurrence, convolution, complex numbers.</summary>
    public const string ImplicitPositions = "positions/implicit";

    /// <summary>What brings tokens to a common scale.</summary>
    public const string Normalization = "normalization/functions";

    /// <summary>Where a block places its normalisation, and how a sublayer joins the skip connection.</summary>
    public const string Wiring = "normalization/placement";

    /// <summary>One network for every token.</summary>
    public const string FeedForward = "feed-forward/dense";

    /// <summary>Many networks, of which a token meets few.</summary>
    public const string Experts = "feed-forward/experts";

    /// <summary>A feed-forward part that looks things up.</summary>
    public const string MemoryLayers = "feed-forward/memory";

    /// <summary>Fewer parameters or operations a block.</summary>
    public const string LightweightBlocks = "architecture/lightweight";

    /// <summary>Blocks that see others than the one before.</summary>
    public const string CrossBlock = "architecture/cross-block connections";

    /// <summary>As much computation as a token needs.</summary>
    public const string AdaptiveComputation = "architecture/adaptive computation";

    /// <summary>Other orders and kinds of sublayers.</summary>
    public const string AlternativeBlocks = "architecture/alternative blocks";

    /// <summary>Attention along one axis of several after another.</summary>
    public const string Axes = "attention/axes";
}
