namespace Anyformer.Data.Sequences;

/// <summary>Labelled sequences for training, validation and test, with what a model must know of them.</summary>
public sealed record SequenceData
{
    /// <summary>Where they come from, for reports.</summary>
    public required string Source { get; init; }

    /// <summary>Positions of a sequence: longer ones are cut, shorter ones padded.</summary>
    public required int Tokens { get; init; }

    /// <summary>How many token ids there are, padding among them.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>
    /// The token id of the symbol 0: 1 where id 0 is padding, 0 where every sequence has all its positions (images) and there is none.
    /// </summary>
    public required int FirstToken { get; init; }

    /// <summary>Number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>True when a sample is a pair of sequences.</summary>
    public bool Pairs { get; init; }

    /// <summary>Samples to learn from.</summary>
    public required SequenceSamples Train { get; init; }

    /// <summary>Samples that decide which weights are best.</summary>
    public required SequenceSamples Validation { get; init; }

    /// <summary>Samples that the result is measured on.</summary>
    public required SequenceSamples Test { get; init; }

    /// <summary>The share of the most frequent class among the test samples: the accuracy of always saying it.</summary>
    public double MajorityShare => Enumerable.Range(0, Test.Count).Select(i => Test[i].Label).CountBy(label => label).Max(item => item.Value) / (double)Test.Count;
}
