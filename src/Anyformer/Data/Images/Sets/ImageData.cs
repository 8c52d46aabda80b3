using System.Collections.Immutable;

namespace Anyformer.Data.Images.Sets;

/// <summary>Labelled images for training, validation and test.</summary>
public sealed record ImageData
{
    /// <summary>Where they come from, for reports.</summary>
    public required string Source { get; init; }

    /// <summary>Images to learn from.</summary>
    public required ImageSet Train { get; init; }

    /// <summary>Images that decide which weights are best.</summary>
    public required ImageSet Validation { get; init; }

    /// <summary>Images that the result is measured on.</summary>
    public required ImageSet Test { get; init; }

    /// <summary>The names of the classes, in the order of their labels.</summary>
    public ImmutableArray<string> Classes => Train.Classes;

    /// <summary>Channels of every image.</summary>
    public int Channels => Train.Channels;

    /// <summary>The share of the most frequent class among the test images: the accuracy of always saying it.</summary>
    public double MajorityShare => Enumerable.Range(0, Test.Count).CountBy(Test.Label).Max(item => item.Value) / (double)Test.Count;
}
