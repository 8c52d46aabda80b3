using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Kernels;

namespace Anyformer.Models.Vision.Flatten;

/// <summary>Options of all pyramids with focused linear attention.</summary>
public abstract record FlattenOptions
{
    /// <summary>Blocks, by stage.</summary>
    [Description("blocks, by stage"), Range(0, 1000)]
    public ValueList<int> Depths { get; init; } = [2, 2, 6, 2];

    /// <summary>Blocks that begin each stage with focused linear attention; the others have softmax attention.</summary>
    [Description("blocks that begin each stage with focused linear attention; the others have softmax attention"), Range(0, 1000)]
    public ValueList<int> LinearBlocks { get; init; } = [2, 2, 0, 0];

    /// <summary>Attention heads, by stage.</summary>
    [Description("attention heads, by stage"), Range(1, 1024)]
    public ValueList<int> Heads { get; init; } = [3, 6, 12, 24];

    /// <summary>The power of focused features.</summary>
    [Description("power of focused features"), Range(0, 64, MinimumIsExclusive = true)]
    public double Factor { get; init; } = 3;

    /// <summary>Places along each side that the convolution of linear attention covers, odd.</summary>
    [Description("places along each side that the convolution of linear attention covers, odd"), Range(1, 1023)]
    public int Kernel { get; init; } = 5;

    /// <summary>Whether queries, keys and values have biases.</summary>
    [Description("queries, keys and values have biases")]
    public bool InputBias { get; init; } = true;

    /// <summary>Probability of dropout on embedded places, on hidden units and on what every branch adds.</summary>
    [Description("probability of dropout on embedded places, hidden units and branches"), Range(0.0, 1.0)]
    public double Dropout { get; init; }

    /// <summary>Probability of dropout on the weights of softmax attention.</summary>
    [Description("probability of dropout on the weights of softmax attention"), Range(0.0, 1.0)]
    public double AttentionDropout { get; init; }

    /// <summary>Probability of leaving out the last branch of a sample while training; it rises evenly from 0 at the first.</summary>
    [Description("probability of leaving out the last branch of a sample while training, rising evenly from 0 at the first")]
    [Range(0, 1, MaximumIsExclusive = true)]
    public double DropPath { get; init; } = 0.1;

    internal FocusedOptions Focused => new(Factor, Kernel);

    /// <summary>Whether a block of a stage has linear attention.</summary>
    internal bool IsLinear(int stage, int block) => block < LinearBlocks[stage];

    /// <summary>The probability of leaving out each block, by stage.</summary>
    internal double[][] DropPaths()
    {
        var rising = new Queue<double>(Modules.DropPath.Rising(DropPath, Depths.Sum()));
        return [.. Depths.Select(depth => Enumerable.Range(0, depth).Select(_ => rising.Dequeue()).ToArray())];
    }

    /// <summary>Refuses lists of different lengths and an even kernel.</summary>
    /// <param name="widths">The channels of each stage, where the model lists them.</param>
    private protected void Check(ValueList<int>? widths = null)
    {
        (string Name, ValueList<int>? List)[] lists = [("linear blocks", LinearBlocks), ("heads", Heads), ("widths", widths)];
        foreach (var (name, list) in lists)
            if (list is not null && list.Count != Depths.Count)
                throw new UserException($"Every stage has a depth, and as many {name}: found {Depths.Count} depths and {list.Count} {name}.");
        if (Depths.Count == 0)
            throw new UserException("A pyramid needs at least one stage, found no depths.");
        if (Kernel % 2 == 0)
            throw new UserException($"The convolution of linear attention needs an odd kernel, found {Kernel}.");
    }
}
