using System.Runtime.InteropServices;
using Anyformer.Data.Texts.Tokenization.Files;
using Anyformer.Data.Texts.Tokenization.Models;
using Anyformer.Data.Texts.Tokenization.PostProcessors;

namespace Anyformer.Data.Texts.Tokenization;

/// <summary>
/// Text to token ids and back. Whatever its kind, a tokenizer is the pipeline of Hugging Face's <c>tokenizer.json</c>: added tokens are cut out of the
/// text, a normalizer changes the rest, a pre-tokenizer splits it into words, a model makes tokens of them, and a post-processor puts tokens around
/// them; a decoder goes the way back. May be used from several threads.
/// </summary>
public sealed class Tokenizer
{
    private readonly TextSplitter _splitter;
    private readonly Dictionary<int, AddedToken> _addedById;
    private readonly Dictionary<string, AddedToken> _addedByContent;

    internal Tokenizer(TokenizerParts parts, SpecialTokens special)
    {
        (Parts, Special) = (parts, special);
        _splitter = new TextSplitter(parts);
        _addedById = parts.AddedTokens.GroupBy(token => token.Id).ToDictionary(group => group.Key, group => group.Last());
        _addedByContent = parts.AddedTokens.GroupBy(token => token.Content, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);
        Count = Math.Max(parts.Model.Vocabulary.Count, _addedById.Keys.DefaultIfEmpty(-1).Max() + 1);
    }

    /// <summary>One more than the largest id: the vocabulary that a model needs.</summary>
    public int Count { get; }

    /// <summary>The tokens that stand for no text, by what they are for.</summary>
    public SpecialTokens Special { get; }

    /// <summary>What <see cref="Encode"/> does unless it is told otherwise: special tokens are added; cutting and filling up as the file says.</summary>
    public EncodingOptions Defaults => Parts.Defaults;

    /// <summary>What the tokenizer is made of.</summary>
    internal TokenizerParts Parts { get; }

    /// <summary>Opens a tokenizer.</summary>
    /// <param name="path">
    /// A folder, or one of its files: <c>tokenizer.json</c>, <c>vocab.txt</c> (WordPiece), <c>vocab.json</c> with <c>merges.txt</c> (byte-level BPE),
    /// <c>spiece.model</c> or <c>tokenizer.model</c> (SentencePiece); <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> beside it are read too.
    /// </param>
    /// <exception cref="UserException">There is none, or it cannot be read.</exception>
    public static Tokenizer Open(string path) => TokenizerFiles.Open(path);

    /// <summary>Every byte of a text in UTF-8 is a token, with the byte's value as id.</summary>
    public static Tokenizer OfBytes() => SimpleTokenizers.Bytes();

    /// <summary>Every character (Unicode code point) of a text is a token, numbered from 0 in their order.</summary>
    public static Tokenizer OfCharacters(string text) => SimpleTokenizers.Characters(text);

    /// <summary>The words and marks of texts that are frequent enough are tokens, the most frequent first, behind those for padding, unknown words, beginning and end.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="leastCount">How often a word must be there.</param>
    /// <param name="mostWords">Most words; null for no limit.</param>
    public static Tokenizer OfWords(IEnumerable<string> texts, int leastCount = 1, int? mostWords = null) => WordTokenizer.Of(texts, leastCount, mostWords);

    /// <summary>Writes <c>tokenizer.json</c> or the SentencePiece model, <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>, which Hugging Face's tools open too.</summary>
    /// <param name="folder">Where to; made when needed.</param>
    public void Save(string folder) => TokenizerFiles.Save(this, folder);

    /// <summary>The ids of a text alone, without added tokens or offsets: the fast way for long texts.</summary>
    /// <exception cref="UserException">The text has what the vocabulary lacks, and it has no token for that.</exception>
    public int[] EncodeIds(string text)
    {
        var ids = new List<int>(text.Length / 3 + 16);
        var tokens = new List<WordToken>();
        foreach (var piece in _splitter.Split(text))
        {
            if (piece.Id is { } added)
            {
                ids.Add(added);
                continue;
            }

            tokens.Clear();
            Parts.Model.Tokenize(piece.Span, tokens);
            foreach (ref readonly var token in CollectionsMarshal.AsSpan(tokens))
                ids.Add(token.Id);
        }

        return [.. ids];
    }

    /// <summary>A text, or a pair of texts, as tokens with everything there is to know of them.</summary>
    /// <param name="text">The text, or the first of a pair.</param>
    /// <param name="pair">The second of a pair; null for one text.</param>
    /// <param name="options">What to do beside; null for <see cref="Defaults"/>.</param>
    /// <exception cref="UserException">The text has what the vocabulary lacks, and it has no token for that; or it cannot be cut as wanted.</exception>
    public EncodedText Encode(string text, string? pair = null, EncodingOptions? options = null)
    {
        options ??= Defaults;
        var encoded = EncodeUnpadded(text, pair, options);
        return options.Padding is { } padding ? encoded.Pad(padding, padding.Length(encoded.Count), NameOf(padding)) : encoded;
    }

    /// <summary>Texts or pairs as a batch; with <see cref="Padding"/> all are as long as the longest.</summary>
    /// <param name="texts">Texts, each with the second of its pair or null.</param>
    /// <param name="options">What to do beside; null for <see cref="Defaults"/>.</param>
    /// <exception cref="UserException">As <see cref="Encode"/>.</exception>
    public IReadOnlyList<EncodedText> EncodeBatch(IEnumerable<(string Text, string? Pair)> texts, EncodingOptions? options = null)
    {
        options ??= Defaults;
        EncodedText[] encoded = [.. texts.Select(text => EncodeUnpadded(text.Text, text.Pair, options))];
        if (options.Padding is not { } padding || encoded.Length == 0)
            return encoded;
        var length = padding.Length(encoded.Max(text => text.Count));
        return [.. encoded.Select(text => text.Pad(padding, length, NameOf(padding)))];
    }

    /// <summary>The text of token ids; ids that no token has are left out.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecial">True to leave out special tokens.</param>
    public string Decode(IEnumerable<int> ids, bool skipSpecial = true)
    {
        List<string> tokens = [.. ids.Where(id => !(skipSpecial && IsSpecial(id))).Select(TokenOf).OfType<string>()];
        return Parts.Decoder is { } decoder ? string.Concat(decoder.Decode(tokens)) : string.Join(' ', tokens);
    }

    /// <summary>Decoding token by token, as a model generates them.</summary>
    /// <param name="skipSpecial">True to leave out special tokens.</param>
    public TextStream Stream(bool skipSpecial = true) => new(ids => Decode(ids, skipSpecial));

    /// <summary>What a token is called; null when no token has the id.</summary>
    public string? TokenOf(int id) => _addedById.TryGetValue(id, out var added) ? added.Content : Parts.Model.Vocabulary.TokenOf(id);

    /// <summary>The id of a token by what it is called; null when there is no such token.</summary>
    public int? IdOf(string token) => _addedByContent.TryGetValue(token, out var added) ? added.Id : Parts.Model.Vocabulary.IdOf(token);

    /// <summary>True for a token that stands for no text, so that decoding leaves it out.</summary>
    public bool IsSpecial(int id) => _addedById.TryGetValue(id, out var added) && added.IsSpecial || Parts.SpecialIds.Contains(id);

    private string NameOf(Padding padding) => padding.Token ?? TokenOf(padding.Id) ?? "";

    private EncodedText EncodeUnpadded(string text, string? pair, EncodingOptions options)
    {
        TokenSequence[] sequences = pair is null ? [Sequence(text, 0)] : [Sequence(text, 0), Sequence(pair, 1)];
        if (options.Truncation is { } truncation)
            sequences = Cut(sequences, truncation, options.AddsSpecial ? Parts.PostProcessor?.Added(pair is not null) ?? 0 : 0);
        var processed = Parts.PostProcessor?.Process(sequences, options.AddsSpecial) ?? sequences;
        return new EncodedText([.. processed.SelectMany(sequence => sequence.Tokens)]);
    }

    private static TokenSequence[] Cut(TokenSequence[] sequences, Truncation truncation, int added)
    {
        var (first, second) = truncation.Share(sequences[0].Tokens.Length, sequences.Length > 1 ? sequences[1].Tokens.Length : null, added);
        return [.. sequences.Zip([first, second], (sequence, count) => sequence with
        {
            Tokens = truncation.Side == TextSide.Right ? sequence.Tokens[..count] : sequence.Tokens[^count..],
        })];
    }

    private TokenSequence Sequence(string text, int typeId)
    {
        var map = new CodePointMap(text);
        var result = new List<EncodedToken>();
        var tokens = new List<WordToken>();
        foreach (var piece in _splitter.Split(text))
        {
            if (piece.Id is { } added)
            {
                result.Add(Token(added, piece.Span.ToString(), piece.Origin));
                continue;
            }

            tokens.Clear();
            Parts.Model.Tokenize(piece.Span, tokens);
            foreach (var token in tokens)
            {
                var part = piece.Part(token.Start, token.Length);
                result.Add(Token(token.Id, Parts.Model.TextOf(token.Id, part.Span), part.Origin));
            }
        }

        return new TokenSequence([.. result], map);
        EncodedToken Token(int id, string name, TextRange units) => new(id, name, map.ToPoints(units), units, typeId);
    }
}
