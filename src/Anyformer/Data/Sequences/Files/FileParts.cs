namespace Anyformer.Data.Sequences.Files;

/// <summary>What files hold, by part.</summary>
/// <param name="Train">Samples to learn from.</param>
/// <param name="Validation">Samples that decide which weights are best; null when the files have no such part.</param>
/// <param name="Test">Samples that the result is measured on.</param>
/// <param name="Classes">Number of classes.</param>
internal sealed record FileParts(SequenceSamples Train, SequenceSamples? Validation, SequenceSamples Test, int Classes)
{
    /// <summary>The parts as texts: token ids are bytes plus 1, and 0 is padding.</summary>
    internal SequenceData OfBytes(string source, int tokens) => Data(source, tokens, vocabulary: 257, firstToken: 1);

    /// <summary>The parts as pictures without padding: token ids are grey levels.</summary>
    internal SequenceData OfPixels(string source, int tokens) => Data(source, tokens, vocabulary: 256, firstToken: 0);

    private SequenceData Data(string source, int tokens, int vocabulary, int firstToken) => new()
    {
        Source = source,
        Tokens = tokens,
        Vocabulary = vocabulary,
        FirstToken = firstToken,
        Classes = Classes,
        Train = Train,
        Validation = Validation ?? Test,
        Test = Test,
    };
}
