using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Anyformer.Data;
using Anyformer.Data.Sources;
using Anyformer.Data.Texts.Labelled;
using Anyformer.Data.Texts.Tokenization;

namespace Anyformer.Recipes;

/// <summary>Texts with their classes: a table, or class folders, in parts that are there or made.</summary>
public sealed record TextClassificationDataSection : IValidatableObject
{
    /// <summary>The texts, or those to learn from.</summary>
    [Description("a table (.csv, .tsv, .jsonl, each also .gz), a folder with such tables called train, validation and test, or class folders of .txt, with such parts above or without")]
    public required string Source { get; init; }

    /// <summary>The texts that validate; null for a part of the source.</summary>
    [Description("table or class folders of the texts that validate; a part of the source when left out")]
    public string? Validation { get; init; }

    /// <summary>The texts that the result is measured on; null for a part of the source.</summary>
    [Description("table or class folders of the test texts; a part of the source when left out")]
    public string? Test { get; init; }

    /// <summary>The column of the text, or of the first text of a pair.</summary>
    [Description("column of the text, or of the first text of a pair")]
    public string Text { get; init; } = "text";

    /// <summary>The column of the second text of a pair; null for single texts.</summary>
    [Description("column of the second text of a pair; single texts when left out")]
    public string? Pair { get; init; }

    /// <summary>The column of the class.</summary>
    [Description("column of the class")]
    public string Label { get; init; } = "label";

    /// <summary>The column that says of each row whether it is one to train, to validate or to test; null when none does.</summary>
    [Description("column that says train, validation or test; when left out, parts are files of their own, or held out")]
    public string? Split { get; init; }

    /// <summary>The share of every class that is held out for validation when there is no such part; 0 validates on the test texts.</summary>
    [Description("share of every class held out for validation when there is no such part; 0 validates on the test texts")]
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>The share of every class that is held out for the test when there is no such part.</summary>
    [Description("share of every class held out for the test when there is no such part")]
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double TestShare { get; init; } = 0.1;

    /// <summary>Decides which texts are held out.</summary>
    [Description("decides which texts are held out")]
    public long SplitSeed { get; init; }

    /// <summary>Most tokens of a text, or of a pair together.</summary>
    [Description("most tokens of a text, or of a pair together; longer ones are cut, of a pair the longer text first"), Range(4, 1 << 20)]
    public int Tokens { get; init; } = 128;

    /// <summary>How texts become tokens; null for what the model's weights come with, or WordPiece.</summary>
    [Description("how texts become tokens; as the weights that the model starts from have it, or wordpiece, when left out")]
    public TokenizerSection? Tokenizer { get; init; }

    /// <summary>Reads the texts.</summary>
    /// <param name="store">Where they are looked for.</param>
    /// <param name="known">What makes tokens of them; null for what the section says, made of the texts to learn from.</param>
    /// <exception cref="UserException">They are not there, or too few, or a class is not learnt.</exception>
    public TextClassificationData Load(DataStore store, Tokenizer? known = null)
    {
        var parts = HeldOut(Parts(store));
        var classes = Classes(parts.Train);
        var tokenizer = known ?? Made(parts);
        var encoder = new PairEncoder(tokenizer, Tokens);
        ClassifiedText[] Encoded(IReadOnlyList<LabelledText> texts, string part) => [.. texts.Select(text =>
        {
            var (ids, types) = encoder.Encode(text.Text, text.Pair);
            var label = classes.IndexOf(text.Label!);
            return label >= 0 ? new ClassifiedText(text, ids, types, label)
                : throw new UserException($"The {part} texts of '{Source}' have the class '{text.Label}', which is none of those to learn from: {string.Join(", ", classes)}.");
        })];
        var test = Encoded(parts.Test!, "test");
        return new TextClassificationData
        {
            Source = Source,
            Tokenizer = tokenizer,
            Tokens = Tokens,
            Classes = classes,
            HasPairs = Pair is not null,
            Train = Encoded(parts.Train, "training"),
            Validation = parts.Validation is { } validation ? Encoded(validation, "validation") : test,
            Test = test,
        };
    }

    /// <summary>Texts of a table, with or without their classes, to be classified by a run that this section is of.</summary>
    /// <exception cref="UserException">It is no table of texts, or lacks a column.</exception>
    public IReadOnlyList<LabelledText> ReadUnlabelled(string path) => TextTable.Read(path, new TextColumns(Text, Pair, null, null));

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Split is not null && (Validation ?? Test) is not null)
            yield return new ValidationResult("split is given with validation or test; parts are either told by a column or files of their own");
    }

    private LabelledTextParts Parts(DataStore store)
    {
        var columns = new TextColumns(Text, Pair, Label, Split);
        var parts = LabelledTextParts.Read(Source, columns, store);
        parts = Validation is { } validation ? parts with { Validation = LabelledTextParts.ReadOne(validation, columns, store) } : parts;
        return Test is { } test ? parts with { Test = LabelledTextParts.ReadOne(test, columns, store) } : parts;
    }

    private LabelledTextParts HeldOut(LabelledTextParts parts)
    {
        if (parts.Test is null)
        {
            var (train, test) = HoldOut(parts.Train, TestShare, SplitSeed);
            parts = parts with { Train = train, Test = test };
        }

        if (parts.Validation is null && ValidationShare > 0)
        {
            var (train, validation) = HoldOut(parts.Train, ValidationShare, SplitSeed + 1);
            parts = parts with { Train = train, Validation = validation };
        }

        return parts is { Train.Count: > 0, Validation: not { Count: 0 }, Test.Count: > 0 } ? parts
            : throw new UserException($"'{Source}' has too few texts to hold some out of every class: {parts.Train.Count} are left to learn from, "
                + $"{parts.Validation?.Count ?? 0} for validation and {parts.Test!.Count} for the test.");
    }

    private (LabelledText[] Kept, LabelledText[] Held) HoldOut(IReadOnlyList<LabelledText> texts, double share, long seed)
    {
        var classes = Classes(texts);
        var held = StratifiedSplit.HoldOut([.. texts.Select(text => classes.IndexOf(text.Label!))], share, seed);
        return ([.. texts.Where((_, index) => !held[index])], [.. texts.Where((_, index) => held[index])]);
    }

    private ImmutableArray<string> Classes(IReadOnlyList<LabelledText> texts)
    {
        string[] names = [.. texts.Select(text => text.Label!).Distinct()];
        if (names.Contains(""))
            throw new UserException($"A text of '{Source}' has no class, its '{Label}' is empty.");
        return names.All(name => long.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            ? [.. names.OrderBy(name => long.Parse(name, CultureInfo.InvariantCulture))]
            : [.. names.Order(StringComparer.Ordinal)];
    }

    private Tokenizer Made(LabelledTextParts parts)
    {
        string Joined(IEnumerable<LabelledText> texts) => string.Join('\n', texts.Select(text => text.Pair is null ? text.Text : $"{text.Text}\n{text.Pair}"));
        return (Tokenizer ?? new WordPieceTokenizerSection()).Make(
            Joined([.. parts.Train, .. parts.Validation ?? [], .. parts.Test!]), Joined(parts.Train));
    }
}
