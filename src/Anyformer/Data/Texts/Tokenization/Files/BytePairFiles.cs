using Anyformer.Checkpoints;
using Anyformer.Data.Texts.Tokenization.Decoders;
using Anyformer.Data.Texts.Tokenization.Models;
using Anyformer.Data.Texts.Tokenization.PostProcessors;
using Anyformer.Data.Texts.Tokenization.PreTokenizers;

namespace Anyformer.Data.Texts.Tokenization.Files;

/// <summary>GPT-2's <c>vocab.json</c>, tokens and their ids, and <c>merges.txt</c>, one merge a line in order.</summary>
internal static class BytePairFiles
{
    private const string EndOfText = "<|endoftext|>";
    private static readonly string[] s_robertaTokens = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"];

    /// <summary>What the two files make a tokenizer of.</summary>
    /// <param name="vocabulary">The path of <c>vocab.json</c>.</param>
    /// <param name="merges">The path of <c>merges.txt</c>.</param>
    /// <param name="addsPrefixSpace">True to put a space before texts.</param>
    /// <param name="isRoberta">True to put RoBERTa's tokens around texts.</param>
    /// <exception cref="UserException">They cannot be read, or do not fit.</exception>
    internal static TokenizerParts Read(string vocabulary, string merges, bool addsPrefixSpace, bool isRoberta)
    {
        var tokens = new Vocabulary(JsonSection.Read(vocabulary).Members.Select(entry => (entry.Name, entry.Value.Integer)));
        var pairs = TextFile.Read(merges).Split('\n').Select(line => line.TrimEnd('\r'))
            .Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal));
        var parts = Parts(tokens, pairs.Select(line => Pair(line, merges)), addsPrefixSpace, isRoberta ? s_robertaTokens : [EndOfText]);
        return isRoberta ? parts with { PostProcessor = Roberta(tokens, addsPrefixSpace, vocabulary) } : parts;
    }

    /// <summary>What a vocabulary and merges make a tokenizer of.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="merges">The merges in order.</param>
    /// <param name="addsPrefixSpace">True to put a space before texts.</param>
    /// <param name="special">Tokens that stand for no text; those that the vocabulary lacks are passed over.</param>
    internal static TokenizerParts Parts(
        Vocabulary vocabulary, IEnumerable<(string Left, string Right)> merges, bool addsPrefixSpace, IEnumerable<string> special) => new()
        {
            PreTokenizer = new ByteLevel(addsPrefixSpace),
            Model = new BytePairEncoding(vocabulary, merges, new BytePairOptions()),
            PostProcessor = new OffsetTrimming(addsPrefixSpace: true, trims: false),
            Decoder = new ByteLevelDecoder(),
            AddedTokens = [.. special.Where(token => vocabulary.IdOf(token) is not null)
            .Select(token => new AddedToken(vocabulary.IdOf(token)!.Value, token) { IsSpecial = true, StripsLeft = token == "<mask>" })],
        };

    private static (string Left, string Right) Pair(string line, string path) =>
        line.Split(' ') is [var left, var right] ? (left, right)
        : throw new UserException($"'{path}' has the line {Quoted.Name(line)}, expected two tokens with a space between.");

    private static FixedTemplates Roberta(Vocabulary vocabulary, bool addsPrefixSpace, string path)
    {
        (int Id, string Text) Token(string token) =>
            (vocabulary.IdOf(token) ?? throw new UserException($"'{path}' is no vocabulary of RoBERTa: it has no token {token}."), token);
        return FixedTemplates.Roberta(Token("<s>"), Token("</s>"), trims: true, addsPrefixSpace);
    }
}
