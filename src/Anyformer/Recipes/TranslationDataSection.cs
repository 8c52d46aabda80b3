using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Data.Sources;
using Anyformer.Data.Texts;
using Anyformer.Data.Texts.Tokenization;

namespace Anyformer.Recipes;

/// <summary>Texts with their translations: files <c>train</c>, <c>val</c> and <c>test</c> of each language, whose lines go together.</summary>
public sealed record TranslationDataSection
{
    /// <summary>The folder, or its name in a data folder.</summary>
    [Description("a folder with files as train.de, val.de, test.de and the same of the other language, plain or .gz")]
    public required string Source { get; init; }

    /// <summary>The language of the texts, as their files end.</summary>
    [Description("language of the texts, as their files end")]
    public required string From { get; init; }

    /// <summary>The language of the translations, as their files end.</summary>
    [Description("language of the translations, as their files end")]
    public required string To { get; init; }

    /// <summary>Most tokens of a text.</summary>
    [Description("most tokens of a text; longer ones are not learnt from"), Range(2, 1 << 20)]
    public int Tokens { get; init; } = 64;

    /// <summary>The texts of a part with their translations.</summary>
    /// <exception cref="UserException">Files are missing, or their lines do not go together.</exception>
    public IReadOnlyList<(string From, string To)> Texts(string part, DataStore store) => ParallelLines.Read(ParallelLines.Folder(Source, store), part, From, To);

    /// <summary>How texts become tokens; it must know padding, the beginning and the end.</summary>
    [Description("how texts become tokens, of each language by itself: words, or a file with tokens for padding, beginning and end")]
    public TokenizerSection Tokenizer { get; init; } = new WordTokenizerSection();

    /// <summary>Reads the texts.</summary>
    /// <param name="store">Where they are looked for.</param>
    /// <param name="tokenizers">What makes tokens of them; null for those of the section, made of the texts to learn from.</param>
    /// <exception cref="UserException">Files are missing, their lines do not go together, or the tokenizer does not know padding, beginning and end.</exception>
    public TranslationData Load(DataStore store, (Tokenizer From, Tokenizer To)? tokenizers = null)
    {
        var texts = Texts("train", store);
        var (from, to) = tokenizers ?? (Made(texts.Select(text => text.From)), Made(texts.Select(text => text.To)));
        foreach (var tokenizer in new[] { from, to })
            if (tokenizer.Special is not { Pad: not null, Begin: not null, End: not null })
                throw new UserException("A translator needs a tokenizer with tokens for padding, the beginning and the end; choose words, or one that has them.");
        TranslatedText Encoded((string From, string To) text) => new(text.From, text.To, from.EncodeIds(text.From), to.EncodeIds(text.To));
        TranslatedText[] all = [.. texts.Select(Encoded)];
        TranslatedText[] train = [.. all.Where(text => text.Length <= Tokens)];
        if (train.Length == 0)
            throw new UserException($"No text of '{Source}' has at most {Tokens} tokens, so there is none to learn from.");
        return new TranslationData
        {
            Source = ParallelLines.Folder(Source, store),
            From = from,
            To = to,
            Tokens = Tokens,
            Train = train,
            Validation = [.. Texts("val", store).Select(Encoded).Where(text => text.Length <= Tokens)],
            Test = [.. Texts("test", store).Select(Encoded)],
            LeftOut = all.Length - train.Length,
        };
    }

    private Tokenizer Made(IEnumerable<string> texts)
    {
        var all = string.Join('\n', texts);
        return Tokenizer.Make(all, all);
    }
}
