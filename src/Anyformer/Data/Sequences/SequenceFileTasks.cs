using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Data.Sequences.Files;
using Anyformer.Data.Sources;

namespace Anyformer.Data.Sequences;

/// <summary>A task whose samples are read from a folder.</summary>
public abstract record SequenceFileTask : SequenceTask
{
    /// <summary>The folder; a name that is no path is looked for in the data folders.</summary>
    [Description("folder of the files, or its name in a data folder")]
    public string? Folder { get; init; }

    /// <summary>
    /// The share of the training samples that is held out for validation when the files have no such part; 0 validates on the test samples, as the
    /// Long Range Arena does with text.
    /// </summary>
    [Description("share of the training samples held out for validation when there is no such part; 0 validates on the test samples")]
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>What the folder is called when nothing else is said.</summary>
    protected abstract string UsualFolder { get; }

    /// <inheritdoc/>
    public override bool IsThere(DataStore store) => store.FindFolder(Folder ?? UsualFolder) is not null;

    /// <summary>The folder that was named, or the usual one.</summary>
    /// <exception cref="UserException">It is in no data folder.</exception>
    protected string Find(DataStore store) => store.FindFolder(Folder ?? UsualFolder)
        ?? throw new UserException($"The {Name} task reads its samples from files, and there is no folder '{Folder ?? UsualFolder}' in the data folders; " +
            "docs/long-range.md says what it must hold.");

    /// <summary>The parts, of which each has as many samples as asked for.</summary>
    /// <exception cref="UserException">A part is not there, or has no samples.</exception>
    protected SequenceData With(SequenceData data, SequenceSamples? validation)
    {
        var random = new SplitMix(Seed);
        var order = random.Permutation(data.Train.Count);
        var held = validation is null ? (int)(ValidationShare * order.Length) : 0;
        validation ??= held > 0 ? data.Train.Select(order[^held..]) : data.Test;
        return data with
        {
            Train = Few(data.Train.Select(order[..^held]), Train, random),
            Validation = Few(validation, Validation, random),
            Test = Few(data.Test, Test, random),
        };
    }

    private static SequenceSamples Few(SequenceSamples samples, int? count, SplitMix random) =>
        count < samples.Count ? samples.Select(random.Permutation(samples.Count)[..count.Value]) : samples;
}

/// <summary>Texts, byte by byte, and their classes, such as reviews and whether they praise.</summary>
public sealed record TextTask : SequenceFileTask
{
    private const int PublishedTokens = 4000;

    /// <inheritdoc/>
    protected override string UsualFolder => "imdb";

    /// <inheritdoc/>
    public override SequenceData Load(DataStore store)
    {
        var (folder, tokens) = (Find(store), Tokens ?? PublishedTokens);
        var parts = LabelledTextTable.PartsIn(folder, texts: 1, tokens) ?? TextFolders.PartsIn(folder, tokens)
            ?? throw new UserException($"The folder '{folder}' holds no texts: expected train.tsv and test.tsv, or train/<class>/*.txt and test/<class>/*.txt.");
        return With(parts.OfBytes(folder, tokens), parts.Validation);
    }
}

/// <summary>Pairs of papers, byte by byte; the class tells whether one cites the other.</summary>
public sealed record RetrievalTask : SequenceFileTask
{
    private const int PublishedTokens = 4000;

    /// <inheritdoc/>
    protected override string UsualFolder => "aan";

    /// <inheritdoc/>
    public override SequenceData Load(DataStore store)
    {
        var (folder, tokens) = (Find(store), Tokens ?? PublishedTokens);
        var parts = LabelledTextTable.PartsIn(folder, texts: 2, tokens)
            ?? throw new UserException($"The folder '{folder}' holds no pairs of texts: expected new_aan_pairs.train.tsv, .eval.tsv and .test.tsv.");
        return With(parts.OfBytes(folder, tokens) with { Pairs = true }, parts.Validation);
    }
}

/// <summary>Pictures as sequences of grey pixels, and what they show.</summary>
public sealed record ImageTask : SequenceFileTask
{
    /// <inheritdoc/>
    protected override string UsualFolder => "cifar-10-batches-bin";

    /// <inheritdoc/>
    public override SequenceData Load(DataStore store)
    {
        var folder = Find(store);
        var parts = CifarBatches.PartsIn(folder) ?? IdxImages.PartsIn(folder)
            ?? throw new UserException($"The folder '{folder}' holds no pictures: expected CIFAR-10's data_batch_1.bin and so on, or MNIST's train-images-idx3-ubyte and so on.");
        var pixels = parts.Train[0].Symbols.Length;
        if (Tokens is { } tokens && tokens != pixels)
            throw new UserException($"The pictures in '{folder}' have {pixels} pixels, so their sequences have that many tokens, found tokens {tokens}.");
        return With(parts.OfPixels(folder, pixels), parts.Validation);
    }
}
