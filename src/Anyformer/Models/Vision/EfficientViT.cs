using Anyformer.Attention.Windows;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>
/// A pyramid of few attention layers between convolutions and feed-forward parts, built for speed: maps instead of tokens, batch norms that fold
/// away (<see cref="BatchNormFolding"/>), heads that see a group of the channels each (Liu et al., CVPR 2023,
/// arXiv 2305.07027). After microsoft/Cream.
/// </summary>
/// <remarks>Takes images of any size. Records <c>stem</c> and, stage by stage, <c>stage</c>, (batch, channels, height, width).</remarks>
[Formula(
    "Z <- Z + dwconv(Z), Z <- Z + mlp(Z), Z <- Z + attention(Z), then convolution and mlp again, stage after stage",
    "attention: head a sees U_a = Z_a + H_(a-1), H_a = softmax(conv(Q_a) K_aᵀ / √d + B_a) V_a of U_a, Y = relu([H_1 ... H_h]) W",
    "y = W_h mean(Z) + b",
    Where = "Z: maps, (batch, channels, height, width); U, H: of a head, (batch, channels / heads, height, width); "
        + "Z_a: its share of the channels; B: learned bias of the distance, (heads, places, places); "
        + "Y: (batch, channels, height, width); a: head; W: (channels, channels); W_h: (classes, channels); b: (classes)")]
[Method("efficientvit", "EfficientViT", Family.PyramidVision, 2023,
    Paper = "Liu, Peng, Zheng, Yang, Hu, Yuan, EfficientViT: Memory Efficient Vision Transformer with Cascaded Group Attention, CVPR 2023, "
        + "arXiv 2305.07027",
    Complexity = "O(pixels)")]
public sealed class EfficientViT : ImageClassifier, IDistilledClassifier
{
    private readonly int _channels;

    /// <summary>A model with fresh weights.</summary>
    /// <exception cref="UserException">The lists of the options do not fit each other, or a width is no multiple of its heads.</exception>
    public EfficientViT(ImageShape shape, EfficientViTOptions options)
    {
        options.Check();
        _channels = shape.Channels;
        var doublings = int.Log2(options.PatchSize);
        int StemWidth(int layer) => layer == 0 ? shape.Channels : Math.Max(1, options.Widths[0] >> (doublings - layer));
        Stem = ModuleList<ConvBatchNorm>.Of(doublings, i => new ConvBatchNorm(StemWidth(i), StemWidth(i + 1), 3, stride: 2));
        var sizes = (Height: Halved(shape.Height, doublings), Width: Halved(shape.Width, doublings));
        Stages = ModuleList<EfficientViTStage>.Of(options.Widths.Count,
            i => new EfficientViTStage(options, i, Halved(sizes.Height, i), Halved(sizes.Width, i)));
        Head = new ClassHead(options.Widths[^1], shape.Classes, options.Distilled);
    }

    private ModuleList<ConvBatchNorm> Stem { get; }

    private ModuleList<EfficientViTStage> Stages { get; }

    private ClassHead Head { get; }

    /// <inheritdoc/>
    /// <exception cref="UserException">The model has one head.</exception>
    public DistilledScores CallHeads(Tensor images)
    {
        if (Head.Distillation is not { } distillation)
            throw new UserException("This EfficientViT has one head; build it with the option distilled for a second, which learns from a teacher.");
        using var scope = new TensorScope();
        var features = Features(images);
        return new DistilledScores(scope.Keep(Head.Class.Call(features)), scope.Keep(distillation.Call(features)));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor images) => Head.Call(Features(images));

    private Tensor Features(Tensor images)
    {
        if (images.Dimensions != 4 || images.Size(1) != _channels)
            throw new UserException($"Images must be (batch, {_channels} channels, height, width), found [{string.Join(", ", images.Shape)}].");
        var maps = Stem[0].Call(images);
        foreach (var convolution in Stem.Skip(1))
            maps = convolution.Call(maps.Relu());
        Recorder.Record(this, "stem", maps);
        foreach (var stage in Stages)
        {
            maps = stage.Call(maps);
            Recorder.Record(this, "stage", maps);
        }

        return maps.Mean([2, 3]);
    }

    /// <summary>The side of a map after so many convolutions of stride 2.</summary>
    private static int Halved(int size, int times) => (int)Math.Ceiling(size / (double)(1L << times));

    /// <summary>Scores from the channels' means; with a teacher's head beside, the mean of both.</summary>
    private sealed class ClassHead(int width, int classes, bool distilled) : TensorModule
    {
        internal BatchNormLinear Class { get; } = new(width, classes);

        internal BatchNormLinear? Distillation { get; } = distilled ? new BatchNormLinear(width, classes) : null;

        protected override Tensor Forward(Tensor input) =>
            Distillation is null ? Class.Call(input) : new DistilledScores(Class.Call(input), Distillation.Call(input)).Mean;
    }
}

/// <summary>Blocks on maps of one size, after a reduction from the stage before.</summary>
internal sealed class EfficientViTStage : TensorModule
{
    internal EfficientViTStage(EfficientViTOptions options, int stage, int height, int width)
    {
        var channels = options.Widths[stage];
        Reduction = stage > 0 ? new EfficientViTReduction(options.Widths[stage - 1], channels) : null;
        int[] kernels = [.. options.Kernels.Take(options.Heads[stage])];
        var window = options.Windows[stage];
        Blocks = ModuleList<EfficientViTBlock>.Of(options.Depths[stage], _ => new EfficientViTBlock(channels, new CascadedGroupAttention(
            channels, options.KeyWidths[stage], kernels, Math.Min(window, height), Math.Min(window, width))));
    }

    private EfficientViTReduction? Reduction { get; }

    private ModuleList<EfficientViTBlock> Blocks { get; }

    protected override Tensor Forward(Tensor input) =>
        Blocks.Aggregate(Reduction is null ? input : Reduction.Call(input), (maps, block) => block.Call(maps));
}
