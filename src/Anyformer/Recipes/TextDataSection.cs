using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text;
using Anyformer.Data.Sources;
using Anyformer.Data.Texts;
using Anyformer.Data.Texts.Tokenization;

namespace Anyformer.Recipes;

/// <summary>The text of a language recipe.</summary>
public sealed record TextDataSection
{
    /// <summary>A text file in UTF-8, plain or gzip-compressed, or a folder with one, such as <c>tiny-shakespeare</c>.</summary>
    [Description("a text file in UTF-8, .txt or .txt.gz, or a folder with one, such as tiny-shakespeare")]
    public required string Source { get; init; }

    /// <summary>What its tokens are.</summary>
    [Description("what its tokens are: character, byte, {kind: bpe, vocabulary: 4000}, {kind: wordpiece, ...} or {kind: file, path: ...}")]
    public TokenizerSection Tokenizer { get; init; } = new CharacterTokenizerSection();

    /// <summary>Tokens that the model sees at once.</summary>
    [Description("tokens that the model sees at once"), Range(2, 1 << 20)]
    public int Tokens { get; init; } = 256;

    /// <summary>The part at the end of the text that validates.</summary>
    [Description("part at the end of the text that validates"), Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double Validation { get; init; } = 0.1;

    /// <summary>What the documents of the text are, which are kept apart within windows; null for one text.</summary>
    [Description("documents, kept apart within windows, the token of the end between them: {separator: ...}, or {} where each file is one; one text when left out")]
    public DocumentsSection? Documents { get; init; }

    /// <summary>Reads the text.</summary>
    /// <param name="store">Where texts are looked for.</param>
    /// <param name="known">The tokenizer of a run that goes on; null to make it.</param>
    /// <exception cref="UserException">It is not there, is no text, or is too short; or documents are wanted and there are none, or no token for their end.</exception>
    public TextData Load(DataStore store, Tokenizer? known = null)
    {
        var (source, train, validation) = Documents is null ? Text(store) : Split(Documents.Read(Source, store));
        var between = Documents is null ? "" : "\n";
        var training = string.Join(between, train);
        var tokenizer = known ?? Tokenizer.Make(string.Join(between, [training, .. validation]), training);
        int? end = Documents is null ? null : tokenizer.Special.End
            ?? throw new UserException("Documents need a tokenizer with a token for their end; choose bpe or words, or one that has it.");
        int[] Ids(string[] texts) => end is { } token ? [token, .. texts.SelectMany(text => tokenizer.EncodeIds(text).Append(token))] : tokenizer.EncodeIds(texts[0]);
        var data = new TextData
        {
            Source = source,
            Tokenizer = tokenizer,
            Tokens = Tokens,
            DocumentEnd = end,
            Train = Ids(train),
            Validation = Ids(validation),
            ValidationBytes = validation.Sum(text => (long)Encoding.UTF8.GetByteCount(text)),
        };
        return Math.Min(data.Train.Length, data.Validation.Length) > Tokens ? data : throw new UserException(
            $"The text '{source}' has {data.Train.Length + data.Validation.Length} tokens; with windows of {Tokens}, each of its two parts needs more than that.");
    }

    private (string Source, string[] Train, string[] Validation) Text(DataStore store)
    {
        var path = TextFile.Find(Source, store);
        var text = TextFile.Read(path);
        var border = Border(text);
        return (path, [text[..border]], [text[border..]]);
    }

    /// <summary>Whole documents, the last ones to validate.</summary>
    private (string Source, string[] Train, string[] Validation) Split(IReadOnlyList<string> documents)
    {
        if (documents.Count < 2)
            throw new UserException($"'{Source}' has {documents.Count} documents, expected one at least to learn from and one to validate.");
        var (characters, validating, first) = (documents.Sum(document => (double)document.Length), 0.0, documents.Count);
        while (first > 1 && (first == documents.Count || validating + documents[first - 1].Length <= characters * Validation))
            validating += documents[--first].Length;
        return (Source, [.. documents.Take(first)], [.. documents.Skip(first)]);
    }

    /// <summary>Where the part begins that validates: it is a part of the characters, whatever the tokens are.</summary>
    private int Border(string text)
    {
        var characters = text.EnumerateRunes().Count();
        var training = characters - (int)(characters * Validation);
        return text.EnumerateRunes().Take(training).Sum(character => character.Utf16SequenceLength);
    }
}
