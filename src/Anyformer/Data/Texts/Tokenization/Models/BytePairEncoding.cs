using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Anyformer.Checkpoints;

namespace Anyformer.Data.Texts.Tokenization.Models;

/// <summary>What a <see cref="BytePairEncoding"/> does beside merging.</summary>
internal sealed record BytePairOptions
{
    /// <summary>The token of a character that is none; without it such characters are left out.</summary>
    internal string? Unknown { get; init; }

    /// <summary>What a token that does not begin its word begins with in the vocabulary.</summary>
    internal string? ContinuingPrefix { get; init; }

    /// <summary>What a token that ends its word ends with in the vocabulary.</summary>
    internal string? EndSuffix { get; init; }

    /// <summary>Neighbouring unknown characters become one token.</summary>
    internal bool FusesUnknown { get; init; }

    /// <summary>An unknown character becomes its UTF-8 bytes, tokens such as <c>&lt;0x0A&gt;</c>.</summary>
    internal bool ByteFallback { get; init; }

    /// <summary>A word that is a token as a whole is not merged.</summary>
    internal bool IgnoresMerges { get; init; }
}

/// <summary>Byte-pair encoding: the characters of a word, merged pair by pair in the order in which training found them (arXiv 1508.07909).</summary>
internal sealed class BytePairEncoding : TokenModel
{
    // Words repeat; what is long does so rarely.
    private const int CachedWords = 1 << 17;
    private const int LongestCached = 64;

    private readonly BytePairOptions _options;
    private readonly MergeTable _merges;
    private readonly ConcurrentDictionary<string, WordToken[]> _cache = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, WordToken[]>.AlternateLookup<ReadOnlySpan<char>> _cacheOfSpans;
    private readonly int?[] _byteTokens;
    private readonly bool _partsAtSpaces;
    private int _cached;

    /// <summary>A model of a vocabulary and merges in order of their rank.</summary>
    /// <exception cref="UserException">A merge, or the unknown token, names what is no token.</exception>
    internal BytePairEncoding(Vocabulary vocabulary, IEnumerable<(string Left, string Right)> merges, BytePairOptions options)
    {
        (Vocabulary, _options) = (vocabulary, options);
        Unknown = options.Unknown is { } unknown ? Required(unknown) : null;
        _merges = new MergeTable([.. merges.Select(pair => (Required(pair.Left), Required(pair.Right), Required(Joined(pair))))]);
        _byteTokens = [.. Enumerable.Range(0, 256).Select(value => vocabulary.IdOf(NameOf((byte)value)))];
        _cacheOfSpans = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
        // Only where a part of a word is treated as the whole of one.
        _partsAtSpaces = string.IsNullOrEmpty(options.ContinuingPrefix) && string.IsNullOrEmpty(options.EndSuffix) && !options.IgnoresMerges
            && SpaceMark.Parts(vocabulary);
    }

    /// <inheritdoc/>
    internal override Vocabulary Vocabulary { get; }

    /// <inheritdoc/>
    internal override int? Unknown { get; }

    /// <inheritdoc/>
    internal override void Tokenize(ReadOnlySpan<char> word, List<WordToken> tokens)
    {
        for (var (start, end) = (0, 0); start < word.Length; start = end)
        {
            end = _partsAtSpaces ? SpaceMark.EndOfPart(word, start) : word.Length;
            foreach (var token in TokensOf(word[start..end]))
                tokens.Add(token with { Start = start + token.Start });
        }
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new()
    {
        ["type"] = "BPE",
        ["dropout"] = null,
        ["unk_token"] = _options.Unknown,
        ["continuing_subword_prefix"] = _options.ContinuingPrefix,
        ["end_of_word_suffix"] = _options.EndSuffix,
        ["fuse_unk"] = _options.FusesUnknown,
        ["byte_fallback"] = _options.ByteFallback,
        ["ignore_merges"] = _options.IgnoresMerges,
        ["vocab"] = new JsonObject(Vocabulary.Entries.Select(entry => KeyValuePair.Create(entry.Token, (JsonNode?)entry.Id))),
        ["merges"] = new JsonArray([.. _merges.Pairs.Select(pair => (JsonNode)new JsonArray(Vocabulary.TokenOf(pair.Left), Vocabulary.TokenOf(pair.Right)))]),
    };

    private static string NameOf(byte value) => string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");

    private WordToken[] TokensOf(ReadOnlySpan<char> word)
    {
        if (_cacheOfSpans.TryGetValue(word, out var known))
            return known;
        WordToken[] found = [.. Merge(word)];
        if (word.Length <= LongestCached && _cached < CachedWords && _cacheOfSpans.TryAdd(word, found))
            Interlocked.Increment(ref _cached);
        return found;
    }

    private List<WordToken> Merge(ReadOnlySpan<char> word)
    {
        var tokens = new List<WordToken>(word.Length);
        if (_options.IgnoresMerges && Vocabulary.IdOf(word) is { } whole)
        {
            tokens.Add(new WordToken(whole, 0, word.Length));
            return tokens;
        }

        for (var (start, length) = (0, 0); start < word.Length; start += length)
        {
            Rune.DecodeFromUtf16(word[start..], out _, out length);
            AddCharacter(word, start, length, tokens);
        }

        PairMerger.Merge(tokens, _merges);
        return tokens;
    }

    private void AddCharacter(ReadOnlySpan<char> word, int start, int length, List<WordToken> tokens)
    {
        var character = word.Slice(start, length);
        if (Find(character, start == 0, start + length == word.Length) is { } id)
            tokens.Add(new WordToken(id, start, length));
        else if (_options.ByteFallback && BytesOf(character) is { } bytes)
            tokens.AddRange(bytes.Select(value => new WordToken(value, start, length)));
        else if (Unknown is { } unknown)
            AddUnknown(unknown, start, length, tokens);
    }

    private int? Find(ReadOnlySpan<char> character, bool isFirst, bool isLast)
    {
        var prefix = isFirst ? "" : _options.ContinuingPrefix ?? "";
        var suffix = isLast ? _options.EndSuffix ?? "" : "";
        return Vocabulary.IdOf(prefix.Length + suffix.Length == 0 ? character : string.Concat(prefix, character, suffix));
    }

    private int[]? BytesOf(ReadOnlySpan<char> character)
    {
        Span<byte> bytes = stackalloc byte[4];
        var ids = new int[Encoding.UTF8.GetBytes(character, bytes)];
        for (var i = 0; i < ids.Length; i++)
        {
            if (_byteTokens[bytes[i]] is not { } id)
                return null;
            ids[i] = id;
        }

        return ids;
    }

    private void AddUnknown(int unknown, int start, int length, List<WordToken> tokens)
    {
        if (_options.FusesUnknown && tokens.Count > 0 && tokens[^1] is var last && last.Id == unknown && last.Start + last.Length == start)
            tokens[^1] = last with { Length = last.Length + length };
        else
            tokens.Add(new WordToken(unknown, start, length));
    }

    private string Joined((string Left, string Right) pair)
    {
        var prefix = _options.ContinuingPrefix ?? "";
        return pair.Right.StartsWith(prefix, StringComparison.Ordinal) ? pair.Left + pair.Right[prefix.Length..] : pair.Left + pair.Right;
    }

    private int Required(string token) => Vocabulary.IdOf(token)
        ?? throw new UserException($"The vocabulary has no token {Quoted.Name(token)}, which a merge or the unknown token names.");
}
