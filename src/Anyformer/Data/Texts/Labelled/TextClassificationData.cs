using System.Collections.Immutable;
using Anyformer.Data.Texts.Tokenization;

namespace Anyformer.Data.Texts.Labelled;

/// <summary>A text, or a pair of texts, as tokens with its class.</summary>
/// <param name="Source">The text as it was read.</param>
/// <param name="Ids">Its tokens, those around it included.</param>
/// <param name="Types">Which text of a pair each token belongs to.</param>
/// <param name="Label">The number of its class.</param>
public sealed record ClassifiedText(LabelledText Source, int[] Ids, int[] Types, int Label);

/// <summary>Texts with their classes, in parts to learn from, to validate and to test.</summary>
public sealed record TextClassificationData
{
    /// <summary>Where they come from, for reports.</summary>
    public required string Source { get; init; }

    /// <summary>What the ids stand for.</summary>
    public required Tokenizer Tokenizer { get; init; }

    /// <summary>Most tokens of a text.</summary>
    public required int Tokens { get; init; }

    /// <summary>The names of the classes: numbers by their size, all others by their letters.</summary>
    public required ImmutableArray<string> Classes { get; init; }

    /// <summary>Whether they are pairs of texts.</summary>
    public required bool HasPairs { get; init; }

    /// <summary>What is learnt from.</summary>
    public required IReadOnlyList<ClassifiedText> Train { get; init; }

    /// <summary>What decides which weights are best.</summary>
    public required IReadOnlyList<ClassifiedText> Validation { get; init; }

    /// <summary>What the result is measured on.</summary>
    public required IReadOnlyList<ClassifiedText> Test { get; init; }

    /// <summary>The share of the most frequent class among the test texts: the accuracy of always saying it.</summary>
    public double MajorityShare => Test.CountBy(text => text.Label).Max(label => label.Value) / (double)Test.Count;
}
