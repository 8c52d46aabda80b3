namespace Anyformer.Catalog;

/// <summary>The places of the taxonomy, from the root down, separated by slashes.</summary>
public static class Family
{
    /// <summary>Transformers that forecast.</summary>
    public const string Forecasting = "models/forecasting/transformers";

    /// <summary>What forecasting Transformers are compared with.</summary>
    public const string ForecastingBaseline = "models/forecasting/baselines";

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

    /// <summary>Attention along one axis of several after another.</summary>
    public const string Axes = "attention/axes";
}
