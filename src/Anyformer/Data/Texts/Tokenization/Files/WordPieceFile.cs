using System.Text;
using Anyformer.Data.Texts.Tokenization.Decoders;
using Anyformer.Data.Texts.Tokenization.Models;
using Anyformer.Data.Texts.Tokenization.Normalizers;
using Anyformer.Data.Texts.Tokenization.PostProcessors;
using Anyformer.Data.Texts.Tokenization.PreTokenizers;

namespace Anyformer.Data.Texts.Tokenization.Files;

/// <summary>How a WordPiece vocabulary is used.</summary>
/// <param name="Lowers">True for lower case; null to see from the vocabulary whether it has other.</param>
/// <param name="StripsAccents">True to leave out accents; null to do so with lower case.</param>
/// <param name="PartsChinese">True to put spaces around Chinese characters.</param>
internal sealed record WordPieceRules(bool? Lowers, bool? StripsAccents, bool PartsChinese);

/// <summary>BERT's <c>vocab.txt</c>: one token a line, its id the number of the line.</summary>
internal static class WordPieceFile
{
    private const string Unknown = "[UNK]", Begin = "[CLS]", Separator = "[SEP]";
    private static readonly string[] s_special = ["[PAD]", Unknown, Begin, Separator, "[MASK]"];

    /// <summary>What a vocabulary makes a tokenizer of.</summary>
    /// <exception cref="UserException">It cannot be read, or lacks a token that BERT needs.</exception>
    internal static TokenizerParts Read(string path, WordPieceRules rules)
    {
        string[] lines = [.. TextFile.Read(path).Split('\n').Select(line => line.TrimEnd('\r'))];
        return Parts(new Vocabulary(lines[^1].Length == 0 ? lines[..^1] : lines), rules, $"'{path}'");
    }

    /// <summary>What a vocabulary makes a tokenizer of.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="rules">How they are used.</param>
    /// <param name="where">Where they come from, for errors.</param>
    internal static TokenizerParts Parts(Vocabulary vocabulary, WordPieceRules rules, string where)
    {
        int Id(string token) => vocabulary.IdOf(token) ?? throw new UserException($"{where} is no vocabulary of WordPiece: it has no token {token}.");
        foreach (var token in new[] { Begin, Separator, Unknown })
            Id(token);
        return new TokenizerParts
        {
            Normalizer = new BertNormalizer(cleans: true, rules.PartsChinese, rules.StripsAccents, rules.Lowers ?? !HasUpperCase(vocabulary)),
            PreTokenizer = new BertWords(),
            Model = new WordPiece(vocabulary, Unknown, "##", longestWord: 100),
            PostProcessor = Around(Id),
            Decoder = new WordPieceDecoder("##", cleans: true),
            AddedTokens = [.. s_special.Where(token => vocabulary.IdOf(token) is not null).Select(token => new AddedToken(Id(token), token) { IsSpecial = true })],
        };
    }

    private static Template Around(Func<string, int> idOf)
    {
        var (begin, separator) = (TemplatePiece.Token(Begin), TemplatePiece.Token(Separator));
        return Template.Of([begin, TemplatePiece.First, separator],
            [begin, TemplatePiece.First, separator, TemplatePiece.Second(1), separator with { TypeId = 1 }], idOf);
    }

    private static bool HasUpperCase(Vocabulary vocabulary) =>
        vocabulary.Entries.Any(entry => !(entry.Token.StartsWith('[') && entry.Token.EndsWith(']')) && entry.Token.EnumerateRunes().Any(Rune.IsUpper));
}
