using Anyformer.Checkpoints;

namespace Anyformer.Data.Texts.Tokenization.Models;

/// <summary>Tokens and their ids.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsOfSpans;
    private readonly string?[] _tokens;

    /// <summary>A vocabulary of tokens with ids; where a token occurs twice, its last id counts.</summary>
    /// <exception cref="UserException">An id is negative, or far beyond the number of tokens.</exception>
    internal Vocabulary(IEnumerable<(string Token, int Id)> entries)
    {
        (string Token, int Id)[] all = [.. entries];
        // Ids may have gaps, but what a table is allocated for should be there.
        var limit = 16L * all.Length + 65_536;
        if (all.FirstOrDefault(entry => entry.Id < 0 || entry.Id > limit) is { Token: { } token } wrong)
            throw new UserException($"The token {Quoted.Name(token)} has the id {wrong.Id}, expected 0 to about the number of tokens, {all.Length}.");
        _ids = new Dictionary<string, int>(all.Length, StringComparer.Ordinal);
        _idsOfSpans = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = new string?[all.Length == 0 ? 0 : all.Max(entry => entry.Id) + 1];
        foreach (var (text, id) in all)
            (_ids[text], _tokens[id]) = (id, text);
    }

    /// <summary>A vocabulary of tokens whose ids are their places.</summary>
    internal Vocabulary(IEnumerable<string> tokens) : this(tokens.Index().Select(item => (item.Item, item.Index))) { }

    /// <summary>One more than the largest id.</summary>
    internal int Count => _tokens.Length;

    /// <summary>How many tokens there are.</summary>
    internal int Size => _ids.Count;

    /// <summary>Tokens with their ids, by id.</summary>
    internal IEnumerable<(string Token, int Id)> Entries => _ids.Select(entry => (entry.Key, entry.Value)).OrderBy(entry => entry.Value);

    /// <summary>The id of a token; null when it has none.</summary>
    internal int? IdOf(ReadOnlySpan<char> token) => _idsOfSpans.TryGetValue(token, out var id) ? id : null;

    /// <summary>The token of an id; null when it has none.</summary>
    internal string? TokenOf(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;
}
