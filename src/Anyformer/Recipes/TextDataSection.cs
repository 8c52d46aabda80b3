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

    /// <summary>Reads the text.</summary>
    /// <param name="store">Where texts are looked for.</param>
    /// <param name="known">The tokenizer of a run that goes on; null to make it.</param>
    /// <exception cref="UserException">It is not there, is no text, or is too short.</exception>
    public TextData Load(DataStore store, Tokenizer? known = null)
    {
        var path = TextFile.Find(Source, store);
        var text = TextFile.Read(path);
        var border = Border(text);
        var tokenizer = known ?? Tokenizer.Make(text, text[..border]);
        var (train, validation) = (tokenizer.EncodeIds(text[..border]), tokenizer.EncodeIds(text[border..]));
        if (Math.Min(train.Length, validation.Length) <= Tokens)
            throw new UserException($"The text '{path}' has {train.Length + validation.Length} tokens; with windows of {Tokens}, each of its two parts needs more than that.");
        return new TextData
        {
            Source = path,
            Tokenizer = tokenizer,
            Tokens = Tokens,
            Train = train,
            Validation = validation,
            ValidationBytes = Encoding.UTF8.GetByteCount(text.AsSpan(border)),
        };
    }

    /// <summary>Where the part begins that validates: it is a part of the characters, whatever the tokens are.</summary>
    private int Border(string text)
    {
        var characters = text.EnumerateRunes().Count();
        var training = characters - (int)(characters * Validation);
        return text.EnumerateRunes().Take(training).Sum(character => character.Utf16SequenceLength);
    }
}
