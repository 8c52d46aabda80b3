using System.Text;

namespace Anyformer.Data.Texts;

/// <summary>The characters of a text as token ids: Unicode code points, numbered from 0 in their order.</summary>
public sealed class CharacterVocabulary
{
    private readonly Rune[] _characters;
    private readonly Dictionary<Rune, int> _ids;

    private CharacterVocabulary(IEnumerable<Rune> characters)
    {
        _characters = [.. characters];
        _ids = _characters.Index().ToDictionary(item => item.Item, item => item.Index);
    }

    /// <summary>How many characters there are.</summary>
    public int Count => _characters.Length;

    /// <summary>The characters that a text has.</summary>
    public static CharacterVocabulary Of(string text) => new(text.EnumerateRunes().Distinct().Order());

    /// <summary>The token ids of a text.</summary>
    /// <exception cref="UserException">It has a character that the vocabulary lacks.</exception>
    public int[] Encode(string text) => [.. text.EnumerateRunes().Select(IdOf)];

    /// <summary>The text of token ids.</summary>
    public string Decode(IEnumerable<int> ids) => ids.Aggregate(new StringBuilder(), (text, id) => text.Append(_characters[id])).ToString();

    /// <summary>All characters, in the order of their ids: <see cref="Of"/> makes the same vocabulary of it.</summary>
    public override string ToString() => Decode(Enumerable.Range(0, Count));

    private int IdOf(Rune character) => _ids.TryGetValue(character, out var id) ? id
        : throw new UserException($"The text has the character '{character}' (U+{character.Value:X4}), which is none of the {Count} that the model knows.");
}
