using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Recipes;
using Anyformer.TokenReduction;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>
/// The plain Vision Transformer: an image is cut into patches, which go as tokens through an encoder; the class token, the mean of the patches or
/// what a learned query gathers goes to the head.
/// </summary>
[Formula(
    "Z = blocks([c, patches(X) W + P]), pre-norm",
    "y = W_h norm(Z)_0 + b, of the class token, or of the mean of the patches, or of what one learned query gathers",
    Where = "Z: (batch, 1 + patches, width); c: class token and registers, learned, (width); W: (channels · patch², width); "
        + "P: learned, (patches, width); W_h: (classes, width); b: (classes)")]
[Method("vit", "ViT", Family.PlainVision, 2021,
    Paper = "Dosovitskiy, Beyer, Kolesnikov, Weissenborn, Zhai, Unterthiner, Dehghani, Minderer, Heigold, Gelly, Uszkoreit, Houlsby, "
        + "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale, ICLR 2021, arXiv 2010.11929",
    Complexity = "O(what the attention mechanism costs)")]
public sealed class VisionTransformer : ImageClassifier, IPlainVisionModel, ITokenReducing
{
    private readonly ImagePooling _pooling;

    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The images it is built for; it takes others too. Without classes there is no head, and the scores are the features.</param>
    /// <param name="options">The sizes inside.</param>
    /// <exception cref="UserException">The options contradict each other or the sizes.</exception>
    public VisionTransformer(ImageShape shape, VisionTransformerOptions options)
    {
        if (options is { ClassToken: false, Pooling: ImagePooling.Token })
            throw new UserException("Without a class token the pooling must be average or map, found token.");
        _pooling = options.Pooling;
        var normIsLast = options.PooledNorm ?? _pooling == ImagePooling.Average;
        Encoder = new VisionEncoder(shape, options, options.ClassToken ? 1 : 0, hasNorm: !normIsLast);
        var parts = new VisionBlocks(options, tokens: 1);
        Pooling = _pooling == ImagePooling.Map ? new AttentionPooling(options.Width, options.Heads, parts.Norm(), options.HiddenWidth) : null;
        PooledNorm = normIsLast ? parts.Norm() : null;
        Representation = options.RepresentationWidth is { } representation ? new Linear(options.Width, representation) : null;
        Dropout = new Dropout(options.Dropout);
        Head = shape.Classes > 0 ? new Linear(options.RepresentationWidth ?? options.Width, shape.Classes) : null;
        foreach (var part in new Module?[] { Pooling, Representation, Head }.OfType<Module>())
            VisionEncoder.InitializeMaps(part);
    }

    /// <inheritdoc/>
    public VisionEncoder Encoder { get; }

    private AttentionPooling? Pooling { get; }

    private NormalizationLayer? PooledNorm { get; }

    private Linear? Representation { get; }

    private Dropout Dropout { get; }

    private Linear? Head { get; }

    /// <inheritdoc/>
    public void ReduceTokens(Part<TokenReducer>? reducer) => Encoder.ReduceTokens(reducer);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor images) => Score(Encoder.Call(images));

    /// <summary>The scores of encoded images.</summary>
    internal Tensor Score(VisionTokens tokens)
    {
        using var scope = new TensorScope();
        return scope.Keep(ScorePooled(_pooling switch
        {
            ImagePooling.Token => tokens.Normalized[.., 0],
            ImagePooling.Average => tokens.PatchMean,
            _ => Pooling!.Call(tokens.Normalized, tokens.Origins?.Sizes),
        }));
    }

    /// <summary>The scores of vectors that stand for images, or, token by token, of tokens: (..., width) to (..., classes).</summary>
    internal Tensor ScorePooled(Tensor pooled)
    {
        using var scope = new TensorScope();
        var normalized = PooledNorm is null ? pooled : PooledNorm.Call(pooled);
        var features = Dropout.Call(Representation is null ? normalized : Representation.Call(normalized).Tanh());
        return scope.Keep(Head is null ? features : Head.Call(features));
    }
}
