using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Attention.OptimalTransport;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Models.Vision.Pyramids;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>Options of <see cref="SeTformer"/>. The paper's own sizes are not published; the defaults are of the size of other small
/// pyramids.</summary>
public sealed record SeTformerOptions
{
    /// <summary>A size for images of some 30 pixels that is quick on few cores.</summary>
    public static IReadOnlyDictionary<string, SeTformerOptions> Presets { get; } = new Dictionary<string, SeTformerOptions>
    {
        ["small-images"] = new()
        {
            Patch = 2,
            Width = 32,
            Depths = [1, 2, 1],
            Heads = [2, 4, 8],
            References = [16, 16, 9],
            HiddenRatio = 2,
            DropPath = 0.05,
        },
    };

    /// <summary>Pixels from one place of the first map to the next.</summary>
    [Description("pixels from one place of the first map to the next"), Range(1, 1024)]
    public int Patch { get; init; } = 4;

    /// <summary>Channels of the first stage; each next has twice as many.</summary>
    [Description("channels of the first stage; each next has twice as many"), Range(1, 65536)]
    public int Width { get; init; } = 64;

    /// <summary>Blocks, by stage.</summary>
    [Description("blocks, by stage"), Range(0, 1000)]
    public ValueList<int> Depths { get; init; } = [2, 4, 18, 1];

    /// <summary>Attention heads, by stage.</summary>
    [Description("attention heads, by stage"), Range(1, 1024)]
    public ValueList<int> Heads { get; init; } = [2, 4, 8, 16];

    /// <summary>References of a head, by stage, square numbers.</summary>
    [Description("references of a head, by stage, square numbers"), Range(1, 65536)]
    public ValueList<int> References { get; init; } = [49, 49, 49, 49];

    /// <summary>Features of a token in a head.</summary>
    [Description("features of a token in a head"), Range(1, 65536)]
    public int Anchors { get; init; } = 16;

    /// <summary>The weight of the entropy in the transport.</summary>
    [Description("weight of the entropy in the transport"), Range(0, 1000, MinimumIsExclusive = true)]
    public double Epsilon { get; init; } = 0.5;

    /// <summary>Iterations of Sinkhorn.</summary>
    [Description("iterations of Sinkhorn"), Range(1, 10_000)]
    public int Iterations { get; init; } = 5;

    /// <summary>Hidden units of a feed-forward part for each channel.</summary>
    [Description("hidden units of a feed-forward part for each channel"), Range(0, 1024, MinimumIsExclusive = true)]
    public double HiddenRatio { get; init; } = 4;

    /// <summary>Probability of leaving out the last branch of a sample while training; it rises evenly from 0 at the first.</summary>
    [Description("probability of leaving out the last branch of a sample while training, rising evenly from 0 at the first")]
    [Range(0, 1, MaximumIsExclusive = true)]
    public double DropPath { get; init; } = 0.1;

    internal void Check()
    {
        if (Depths.Count == 0 || Heads.Count != Depths.Count || References.Count != Depths.Count)
            throw new UserException($"Every stage has a depth, heads and references: found {Depths.Count} depths, {Heads.Count} heads and "
                + $"{References.Count} references.");
    }
}

/// <summary>
/// A pyramid whose blocks carry tokens to references and back by optimal transport (Shamsolmoali, Zareapoor, Granger and Felsberg, AAAI 2024,
/// arXiv 2401.03540). The authors publish no code and few sizes: stem, reductions and blocks are those of CSWin, whose layout the paper is
/// said to follow.
/// </summary>
[Formula(
    "Z <- Z + attention(norm(Z)), Z <- Z + mlp(norm(Z)), stage after stage, of ever smaller and wider maps",
    "attention that of set-transport; y = W_h mean(norm(Z)) + b",
    Where = "Z: map, (batch, height, width, channels); W_h: (classes, channels); b: (classes)")]
[Method("setformer", "SeTformer", Family.PyramidVision, 2024,
    Paper = "Shamsolmoali, Zareapoor, Granger, Felsberg, SeTformer is What You Need for Vision and Language, AAAI 2024, arXiv 2401.03540",
    Complexity = "O(pixels)")]
public sealed class SeTformer : ImageClassifier
{
    /// <summary>A model with fresh weights, for images of one size.</summary>
    /// <exception cref="UserException">The options contradict each other, a width is no multiple of its heads, or references are no square
    /// number.</exception>
    public SeTformer(ImageShape shape, SeTformerOptions options)
    {
        options.Check();
        var last = options.Width << (options.Depths.Count - 1);
        Pyramid = new Pyramid(shape, Stages(shape, options), new LayerNorm(last));
        Head = new Linear(last, shape.Classes);
        VisionEncoder.InitializeMaps(this);
    }

    private Pyramid Pyramid { get; }

    private Linear Head { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor images) => Head.Call(Pyramid.Call(images));

    private static IEnumerable<PyramidStage> Stages(ImageShape shape, SeTformerOptions options)
    {
        var map = new PatchGrid(shape.Height, shape.Width);
        var dropPaths = new Queue<double>(DropPath.Rising(options.DropPath, options.Depths.Sum()));
        for (var stage = 0; stage < options.Depths.Count; stage++)
        {
            var width = options.Width << stage;
            var embedding = stage == 0
                ? new ConvEmbedding(shape.Channels, width, 7, options.Patch, padding: 2)
                : new ConvEmbedding(width / 2, width, 3, 2, padding: 1);
            map = embedding.SizeOf(map);
            PyramidBlock[] blocks = [.. Enumerable.Range(0, options.Depths[stage])
                .Select(_ => Block(options, stage, (int)map.Width, dropPaths.Dequeue()))];
            yield return new PyramidStage(embedding, null, blocks);
        }
    }

    private static PyramidBlock Block(SeTformerOptions options, int stage, int columns, double dropPath)
    {
        var width = options.Width << stage;
        var attention = new TransportAttention(new TokenMixerShape(0, width, options.Heads[stage]), new TransportAttentionOptions
        {
            References = options.References[stage],
            Anchors = options.Anchors,
            Epsilon = options.Epsilon,
            Iterations = options.Iterations,
            Columns = columns,
        });
        var feedForward = new PositionwiseFeedForward(width, (int)(width * options.HiddenRatio), Activations.Named("gelu"));
        return new PyramidBlock(width, new MapMixer(attention), feedForward, dropPath, dropout: 0);
    }
}
