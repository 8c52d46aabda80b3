using Anyformer.Data.Images.Files;

namespace Anyformer.Data.Sequences.Files;

/// <summary>Pictures in the files of MNIST (LeCun, Cortes and Burges) as sequences of their grey levels.</summary>
internal static class IdxImages
{
    /// <summary>The parts of a folder; null when it has no such files.</summary>
    internal static FileParts? PartsIn(string folder)
    {
        if (!LabelledIdx.HasBoth(folder))
            return null;
        var (train, test) = (Samples(LabelledIdx.Train(folder)!), Samples(LabelledIdx.Test(folder)!));
        if (train[0].Symbols.Length != test[0].Symbols.Length)
            throw new UserException($"The training pictures in '{folder}' have {train[0].Symbols.Length} pixels, those of the test {test[0].Symbols.Length}.");
        return new FileParts(SequenceSamples.Of(train), null, SequenceSamples.Of(test), train.Concat(test).Max(sample => sample.Label) + 1);
    }

    private static SequenceSample[] Samples(LabelledIdx part) => [.. part.Images.Zip(part.Labels, (picture, label) => new SequenceSample(picture, label))];
}
