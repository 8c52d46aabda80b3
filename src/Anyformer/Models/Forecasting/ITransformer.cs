using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>Options of <see cref="ITransformer"/>; the defaults are the published size for ETTh1, horizon 96.</summary>
public sealed record ITransformerOptions
{
    /// <summary>The published sizes, by data set, and a small one for quick comparisons.</summary>
    public static IReadOnlyDictionary<string, ITransformerOptions> Presets { get; } = new Dictionary<string, ITransformerOptions>
    {
        ["small"] = new() { Width = 128, FeedForwardWidth = 128 },
        ["etth1"] = new(),
        ["etth1-long"] = new() { Width = 512, FeedForwardWidth = 512 },
        ["etth2"] = new() { Width = 128, FeedForwardWidth = 128 },
        ["ettm"] = new() { Width = 128, FeedForwardWidth = 128 },
        ["exchange"] = new() { Width = 128, FeedForwardWidth = 128 },
        ["weather"] = new() { Width = 512, FeedForwardWidth = 512, Layers = 3 },
    };

    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(1, 65536)]
    public int Width { get; init; } = 256;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 8;

    /// <summary>Encoder blocks.</summary>
    [Description("encoder blocks"), Range(1, 1000)]
    public int Layers { get; init; } = 2;

    /// <summary>Hidden width of the feed-forward part.</summary>
    [Description("hidden width of the feed-forward part"), Range(1, 1 << 20)]
    public int FeedForwardWidth { get; init; } = 256;

    /// <summary>Probability of dropout, everywhere.</summary>
    [Description("probability of dropout"), Range(0.0, 1.0)]
    public double Dropout { get; init; } = 0.1;

    /// <summary>Activation of the feed-forward part.</summary>
    [Description("activation of the feed-forward part")]
    public string Activation { get; init; } = "gelu";

    /// <summary>How the variates see each other: the paper's iReformer, iInformer and iFlowformer are other choices.</summary>
    [Description("token mixer, or attention function, that mixes the variates")]
    public Part<TokenMixer> Attention { get; init; } = Part<TokenMixer>.Of("softmax");

    /// <summary>Whether each window is standardised before the model and put back after it.</summary>
    [Description("standardise each window before the model and put it back after")]
    public bool WindowNorm { get; init; } = true;
}

/// <summary>
/// The inverted Transformer: the whole history of a variate is one token, attention mixes variates, the feed-forward part works inside a variate
/// (Liu et al., ICLR 2024, arXiv 2310.06625, section 3). Calendar marks are further tokens. The number of variates is free at run time.
/// </summary>
[Formula(
    "Z = encoder(Xᵀ W), Y = (norm(Z) W_out)ᵀ, one token for each variate",
    "each series less its mean and over its deviation, and back",
    Where = "Z: (batch, variates, width); W: (look-back, width); W_out: (width, horizon)")]
[Method("itransformer", "iTransformer", Family.Forecasting, 2024,
    Paper = "Liu, Hu, Zhang, Wu, Wang, Ma, Long, iTransformer: Inverted Transformers Are Effective for Time Series Forecasting, ICLR 2024, arXiv 2310.06625",
    Complexity = "O(variates²)")]
public sealed class ITransformer : Forecaster
{
    private readonly bool _windowNorm;

    /// <summary>A model with fresh weights.</summary>
    public ITransformer(ForecastShape shape, ITransformerOptions options)
    {
        _windowNorm = options.WindowNorm;
        Embedding = new Linear(shape.Lookback, options.Width);
        Dropout = new Dropout(options.Dropout);
        Blocks = ModuleList<EncoderBlock>.Of(options.Layers, _ => Block(shape, options));
        Norm = new LayerNorm(options.Width);
        Head = new Linear(options.Width, shape.Horizon);
    }

    /// <inheritdoc/>
    public override bool TakesAnyVariates => true;

    private Linear Embedding { get; }

    private Dropout Dropout { get; }

    private ModuleList<EncoderBlock> Blocks { get; }

    private LayerNorm Norm { get; }

    private Linear Head { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(ForecastInput input)
    {
        if (!_windowNorm)
            return Continue(input.Past, input.PastMarks);
        // As published, the mean is a constant to the backward pass and the deviation is not.
        var mean = input.Past.Mean([1], keepdim: true).Detach();
        var centred = input.Past - mean;
        var deviation = (centred.Var([1], correction: 0, keepdim: true) + 1e-5).Sqrt();
        return Continue(centred / deviation, input.PastMarks) * deviation + mean;
    }

    private Tensor Continue(Tensor past, Tensor? marks)
    {
        var series = marks is null ? past : Functional.Cat([past, marks], 2);
        var tokens = Dropout.Call(Embedding.Call(series.Transpose(1, 2)));
        foreach (var block in Blocks)
            tokens = block.Call(tokens);
        return Head.Call(Norm.Call(tokens)).Transpose(1, 2)[.., .., ..(int)past.Size(2)];
    }

    private static EncoderBlock Block(ForecastShape shape, ITransformerOptions options) => new(
        options.Attention.Build(new TokenMixerShape(shape.Variates + shape.Marks, options.Width, options.Heads, options.Dropout)),
        new PostNorm(new LayerNorm(options.Width), options.Dropout),
        new PositionwiseFeedForward(options.Width, options.FeedForwardWidth, Activations.Named(options.Activation), options.Dropout),
        new PostNorm(new LayerNorm(options.Width), options.Dropout));
}
