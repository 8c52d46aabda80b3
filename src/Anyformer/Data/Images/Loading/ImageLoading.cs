using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Data.Images.Loading;

/// <summary>How images are brought to the model; none of it changes what the model gets.</summary>
public sealed record ImageLoading
{
    private const int MostByDefault = 8;

    /// <summary>Threads that read images while the model computes; null takes as many as the machine has processors, 8 at most.</summary>
    [Description("threads that read images while the model computes; as many as processors, 8 at most, when left out")]
    [Range(1, 256)]
    public int? Workers { get; init; }

    /// <summary>Batches that are being read or wait, for each of the threads.</summary>
    [Description("batches that are being read or wait, for each of the threads")]
    [Range(1, 64)]
    public int Prefetch { get; init; } = 2;

    /// <summary>Stops at an image that cannot be decoded; otherwise it is left out of its batch and named.</summary>
    [Description("stop at an image that cannot be decoded, instead of leaving it out and naming it")]
    public bool Strict { get; init; }

    /// <summary>The number of threads.</summary>
    internal int Threads => Workers ?? Math.Min(Environment.ProcessorCount, MostByDefault);
}
