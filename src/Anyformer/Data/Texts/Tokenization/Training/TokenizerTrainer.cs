using System.Runtime.InteropServices;
using Anyformer.Data.Texts.Tokenization.Files;
using Anyformer.Data.Texts.Tokenization.Models;

namespace Anyformer.Data.Texts.Tokenization.Training;

/// <summary>Makes tokenizers of texts. The same texts make the same tokenizer, in whatever order they come.</summary>
public static class TokenizerTrainer
{
    private const string Prefix = "##";
    private static readonly string[] s_bertTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>A byte-level BPE tokenizer as GPT-2's: 256 bytes, and the most frequent pairs within words.</summary>
    /// <exception cref="UserException">The vocabulary has no room for the bytes.</exception>
    public static Tokenizer TrainBytePairs(IEnumerable<string> texts, TokenizerTrainingOptions options)
    {
        string[] bytes = [.. Enumerable.Range(0, 256).Select(value => $"{ByteAlphabet.Character((byte)value)}").Order(StringComparer.Ordinal)];
        string[] alphabet = [.. Distinct(options.SpecialTokens).Except(bytes), .. bytes];
        Require(options.Vocabulary, alphabet.Length, "256 bytes and the special tokens");
        var ids = Ids(alphabet);
        var words = CountWords(texts, BytePairFiles.Parts(new Vocabulary(alphabet), [], addsPrefixSpace: false, options.SpecialTokens))
            .Select(word => (word.Key.Select(character => ids[$"{character}"]).ToList(), word.Value));
        var trainer = new PairTrainer(alphabet, words, string.Concat);
        trainer.Train(options.Vocabulary, options.MinFrequency);
        var parts = BytePairFiles.Parts(new Vocabulary(trainer.Tokens), trainer.Merges, addsPrefixSpace: false, options.SpecialTokens);
        return TokenizerFiles.WithRoles(parts, TokenizerConfig.None);
    }

    /// <summary>
    /// A WordPiece tokenizer as BERT's, whose tokens are the characters of the texts and the most frequent pairs within words, which is how Hugging
    /// Face's library trains it; BERT's five special tokens come first.
    /// </summary>
    /// <param name="texts">The texts.</param>
    /// <param name="options">The vocabulary.</param>
    /// <param name="lowers">True for lower case, without accents.</param>
    /// <exception cref="UserException">The vocabulary has no room for the special tokens.</exception>
    public static Tokenizer TrainWordPieces(IEnumerable<string> texts, TokenizerTrainingOptions options, bool lowers = true)
    {
        string[] special = [.. Distinct([.. s_bertTokens, .. options.SpecialTokens])];
        Require(options.Vocabulary, special.Length, "the special tokens");
        var rules = new WordPieceRules(lowers, StripsAccents: null, PartsChinese: true);
        var words = CountWords(texts, WordPieceFile.Parts(new Vocabulary(special), rules, "the vocabulary"))
            .Select(word => (Symbols: Symbols(word.Key), Count: word.Value)).ToArray();
        string[] alphabet = [.. special, .. Alphabet(words, options.Vocabulary - special.Length).Except(special)];
        var ids = Ids(alphabet);
        var known = words.SelectMany(word => Known(word.Symbols, ids).Select(part => (part, word.Count)));
        var trainer = new PairTrainer(alphabet, known, Join);
        trainer.Train(options.Vocabulary, options.MinFrequency);
        return TokenizerFiles.WithRoles(WordPieceFile.Parts(new Vocabulary(trainer.Tokens), rules, "the vocabulary"), TokenizerConfig.None);
    }

    private static IEnumerable<string> Distinct(IReadOnlyList<string> special) => special.Any(string.IsNullOrEmpty)
        ? throw new UserException("A special token of the vocabulary is empty, expected a text.") : special.Distinct(StringComparer.Ordinal);

    private static void Require(int vocabulary, int needed, string what)
    {
        if (vocabulary < needed)
            throw new UserException($"A vocabulary of {vocabulary} tokens has no room for {what}, expected {needed} or more.");
    }

    private static Dictionary<string, int> Ids(string[] alphabet) =>
        alphabet.Index().ToDictionary(item => item.Item, item => item.Index, StringComparer.Ordinal);

    private static Dictionary<string, long> CountWords(IEnumerable<string> texts, TokenizerParts parts)
    {
        var splitter = new TextSplitter(parts);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var spans = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var text in texts)
            foreach (var piece in splitter.Split(text))
                if (piece.Id is null)
                    CollectionsMarshal.GetValueRefOrAddDefault(spans, piece.Span, out _)++;
        return counts;
    }

    private static string[] Symbols(string word) =>
        [.. word.EnumerateRunes().Select((character, place) => place == 0 ? character.ToString() : Prefix + character)];

    /// <summary>The symbols of all words; where there is no room for all, the most frequent ones.</summary>
    private static IEnumerable<string> Alphabet(IEnumerable<(string[] Symbols, long Count)> words, int room)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (symbols, count) in words)
            foreach (var symbol in symbols)
                CollectionsMarshal.GetValueRefOrAddDefault(counts, symbol, out _) += count;
        return counts.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => entry.Key).Take(room).Order(StringComparer.Ordinal);
    }

    /// <summary>The parts of a word between the symbols that are no tokens.</summary>
    private static IEnumerable<List<int>> Known(string[] symbols, Dictionary<string, int> ids)
    {
        var part = new List<int>();
        foreach (var symbol in symbols)
        {
            if (ids.TryGetValue(symbol, out var id))
            {
                part.Add(id);
                continue;
            }

            yield return part;
            part = [];
        }

        yield return part;
    }

    private static string Join(string left, string right) => left + (right.StartsWith(Prefix, StringComparison.Ordinal) ? right[Prefix.Length..] : right);
}
