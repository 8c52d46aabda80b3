using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Anyformer.Data.Sequences.ListOps;
using Anyformer.Data.Sequences.Pathfinder;
using Anyformer.Data.Sources;

namespace Anyformer.Data.Sequences;

/// <summary>
/// A task of the Long Range Arena (Tay et al., ICLR 2021, arXiv 2011.04006): sequences to be classified, generated or read from files. In a recipe
/// <c>data: {kind: listops, tokens: 2000}</c>.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ListOpsTask), "listops")]
[JsonDerivedType(typeof(TextTask), "text")]
[JsonDerivedType(typeof(RetrievalTask), "retrieval")]
[JsonDerivedType(typeof(ImageTask), "image")]
[JsonDerivedType(typeof(PathfinderTask), "pathfinder")]
public abstract record SequenceTask
{
    /// <summary>Positions of a sequence; null for the published number.</summary>
    [Description("positions of a sequence; the published number when left out")]
    [Range(16, 1 << 20)]
    public int? Tokens { get; init; }

    /// <summary>Samples to learn from; null for the published number of a generated task, and all of a task read from files.</summary>
    [Description("samples to learn from; the published number, or all there are, when left out")]
    [Range(1, int.MaxValue)]
    public int? Train { get; init; }

    /// <summary>Samples that decide which weights are best.</summary>
    [Description("samples that decide which weights are best; the published number, or all there are, when left out")]
    [Range(1, int.MaxValue)]
    public int? Validation { get; init; }

    /// <summary>Samples that the result is measured on.</summary>
    [Description("samples that the result is measured on; the published number, or all there are, when left out")]
    [Range(1, int.MaxValue)]
    public int? Test { get; init; }

    /// <summary>Decides generated samples, which samples are held out for validation, and which are taken when not all are.</summary>
    [Description("decides generated samples, and which are taken when not all are")]
    [Range(0.0, double.MaxValue)]
    public long Seed { get; init; }

    /// <summary>The tasks by the names that recipes and the command line have for them.</summary>
    public static IReadOnlyDictionary<string, SequenceTask> All { get; } = new Dictionary<string, SequenceTask>
    {
        ["listops"] = new ListOpsTask(),
        ["text"] = new TextTask(),
        ["retrieval"] = new RetrievalTask(),
        ["image"] = new ImageTask(),
        ["pathfinder"] = new PathfinderTask(),
    };

    /// <summary>The name of the task.</summary>
    public string Name => All.First(task => task.Value.GetType() == GetType()).Key;

    /// <summary>Whether there are samples: always where they are generated, otherwise when the folder of their files is there.</summary>
    /// <param name="store">Where folders of files are looked for.</param>
    public virtual bool IsThere(DataStore store) => true;

    /// <summary>Generates the samples, or finds and reads their files.</summary>
    /// <param name="store">Where folders of files are looked for.</param>
    /// <exception cref="UserException">The files are not there or not what they should be, or there are no such samples.</exception>
    public abstract SequenceData Load(DataStore store);
}

/// <summary>Nested lists with operators; the class is the value, 0 to 9.</summary>
public sealed record ListOpsTask : SequenceTask
{
    private const int PublishedTokens = 2000;

    /// <summary>The greatest depth of a tree.</summary>
    [Description("greatest depth of a tree"), Range(2, 100)]
    public int MaxDepth { get; init; } = 10;

    /// <summary>Most arguments of an operator.</summary>
    [Description("most arguments of an operator"), Range(2, 100)]
    public int MaxArguments { get; init; } = 10;

    /// <summary>
    /// Generates the trees. Of the published 2000 positions the kept trees take more than 500; of any other number more than a quarter of it, too.
    /// </summary>
    public override SequenceData Load(DataStore store)
    {
        var tokens = Tokens ?? PublishedTokens;
        var generator = new ListOpsGenerator(Seed, MaxDepth, MaxArguments, above: tokens / 4, below: tokens);
        SequenceSamples Part(int count) => SequenceSamples.Of([.. Enumerable.Range(0, count).Select(_ => generator.Next())]);
        return new SequenceData
        {
            Source = $"ListOps trees of {tokens / 4 + 1} to {tokens - 1} symbols, seed {Seed}",
            Tokens = tokens,
            Vocabulary = ListOpsSymbols.Count + 1,
            FirstToken = 1,
            Classes = 10,
            Test = Part(Test ?? 2000),
            Validation = Part(Validation ?? 2000),
            Train = Part(Train ?? 96000),
        };
    }
}

/// <summary>Pictures as sequences of pixels; the class tells whether both discs lie on one contour.</summary>
public sealed record PathfinderTask : SequenceTask
{
    private const int PublishedTokens = 32 * 32;

    /// <summary>How long the contours are.</summary>
    [Description("how long the contours are: easy, intermediate or hard, which is what the paper measures")]
    public PathfinderDifficulty Difficulty { get; init; } = PathfinderDifficulty.Hard;

    /// <inheritdoc/>
    public override SequenceData Load(DataStore store)
    {
        var tokens = Tokens ?? PublishedTokens;
        var side = (int)Math.Sqrt(tokens);
        if (side * side != tokens || !PathfinderOptions.Sizes.Contains(side))
            throw new UserException($"Pathfinder pictures have {string.Join(", ", PathfinderOptions.Sizes.Select(size => size * size))} pixels, found tokens {tokens}.");
        var options = PathfinderOptions.Of(side, Difficulty);
        var (train, validation, test) = (Train ?? 160_000, Validation ?? 20_000, Test ?? 20_000);
        return new SequenceData
        {
            Source = $"Pathfinder pictures of {side} x {side} pixels, contours of {options.ContourLength} paddles, seed {Seed}",
            Tokens = tokens,
            Vocabulary = 256,
            FirstToken = 0,
            Classes = 2,
            Test = new PathfinderSamples(options, Seed, 0, test),
            Validation = new PathfinderSamples(options, Seed, test, validation),
            Train = new PathfinderSamples(options, Seed, test + validation, train),
        };
    }
}
