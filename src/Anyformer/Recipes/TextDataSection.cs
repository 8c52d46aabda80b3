using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text;
using Anyformer.Data.Sources;
using Anyformer.Data.Texts;

namespace Anyformer.Recipes;

/// <summary>The text of a language recipe, character by character.</summary>
public sealed record TextDataSection
{
    /// <summary>A text file in UTF-8, plain or gzip-compressed, or a folder with one, such as <c>tiny-shakespeare</c>.</summary>
    [Description("a text file in UTF-8, .txt or .txt.gz, or a folder with one, such as tiny-shakespeare")]
    public required string Source { get; init; }

    /// <summary>Characters that the model sees at once.</summary>
    [Description("characters that the model sees at once"), Range(2, 1 << 20)]
    public int Tokens { get; init; } = 256;

    /// <summary>The part at the end of the text that validates.</summary>
    [Description("part at the end of the text that validates"), Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double Validation { get; init; } = 0.1;

    /// <summary>Reads the text.</summary>
    /// <exception cref="UserException">It is not there, is no text, or is too short.</exception>
    public TextData Load(DataStore store)
    {
        var path = TextFile.Find(Source, store);
        var text = TextFile.Read(path);
        var vocabulary = CharacterVocabulary.Of(text);
        var ids = vocabulary.Encode(text);
        var border = ids.Length - (int)(ids.Length * Validation);
        if (Math.Min(border, ids.Length - border) <= Tokens)
            throw new UserException($"The text '{path}' has {ids.Length} characters; with windows of {Tokens}, each of its two parts needs more than that.");
        return new TextData
        {
            Source = path,
            Vocabulary = vocabulary,
            Tokens = Tokens,
            Train = ids[..border],
            Validation = ids[border..],
            ValidationBytes = Encoding.UTF8.GetByteCount(vocabulary.Decode(ids[border..])),
        };
    }
}
