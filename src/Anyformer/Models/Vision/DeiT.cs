using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.TokenReduction;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>Options of <see cref="DeiT"/>; the defaults are the smallest published size.</summary>
public sealed record DeiTOptions : VisionEncoderOptions
{
    /// <summary>The published sizes, and one for images of some 30 pixels that is quick on few cores.</summary>
    public static IReadOnlyDictionary<string, DeiTOptions> Presets { get; } = new Dictionary<string, DeiTOptions>
    {
        ["tiny"] = Sized(192, 3),
        ["small"] = Sized(384, 6),
        ["base"] = Sized(768, 12),
        ["small-images"] = new() { Patch = 4, Width = 64, Layers = 4, Heads = 4, HiddenWidth = 128, Initialization = MapInitialization.Xavier },
    };

    private static DeiTOptions Sized(int width, int heads) => new() { Width = width, Heads = heads, HiddenWidth = 4 * width, DropPath = 0.1 };
}

/// <summary>
/// A Vision Transformer with a second class token whose head learns from a teacher. Its scores are the mean of the two heads'; for training with
/// <see cref="DistillationLoss"/> they come apart.
/// </summary>
[Formula(
    "Z = blocks([c, e, patches(X) W + P]), pre-norm",
    "y = ((W_c norm(Z)_0 + b) + (W_e norm(Z)_1 + b')) / 2",
    Where = "Z: (batch, 2 + patches, width); c, e: class token and distillation token, learned, (width); W: (channels · patch², width); "
        + "P: learned, (patches, width); W_c, W_e: (classes, width); b, b': (classes)")]
[Method("deit", "DeiT", Family.PlainVision, 2021,
    Paper = "Touvron, Cord, Douze, Massa, Sablayrolles, Jégou, Training Data-Efficient Image Transformers & Distillation through Attention, ICML 2021, "
        + "arXiv 2012.12877",
    Complexity = "O(what the attention mechanism costs)")]
public sealed class DeiT : ImageClassifier, IPlainVisionModel, IDistilledClassifier, ITokenReducing
{
    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The images it is built for; it takes others too.</param>
    /// <param name="options">The sizes inside.</param>
    /// <exception cref="UserException">The options contradict each other or the sizes.</exception>
    public DeiT(ImageShape shape, DeiTOptions options)
    {
        Encoder = new VisionEncoder(shape, options, classTokens: 2);
        Dropout = new Dropout(options.Dropout);
        Head = new TwoHeads(options.Width, shape.Classes);
        VisionEncoder.InitializeMaps(Head);
    }

    /// <inheritdoc/>
    public VisionEncoder Encoder { get; }

    private Dropout Dropout { get; }

    private TwoHeads Head { get; }

    /// <inheritdoc/>
    public void ReduceTokens(Part<TokenReducer>? reducer) => Encoder.ReduceTokens(reducer);

    /// <inheritdoc/>
    public DistilledScores CallHeads(Tensor images)
    {
        using var scope = new TensorScope(this);
        var (own, distilled) = Score(Encoder.Call(images));
        return new DistilledScores(scope.Keep(own), scope.Keep(distilled));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor images) => Score(Encoder.Call(images)).Mean;

    /// <summary>The scores of encoded images.</summary>
    internal DistilledScores Score(VisionTokens tokens) =>
        new(Head.Class.Call(Dropout.Call(tokens.Normalized[.., 0])), Head.Distillation.Call(Dropout.Call(tokens.Normalized[.., 1])));

    /// <summary>The head of the class token and that of the distillation token.</summary>
    private sealed class TwoHeads(int width, int classes) : Module
    {
        internal Linear Class { get; } = new(width, classes);

        internal Linear Distillation { get; } = new(width, classes);
    }
}
