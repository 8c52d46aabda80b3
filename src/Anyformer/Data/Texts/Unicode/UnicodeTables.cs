using System.Globalization;
using System.Text;

namespace Anyformer.Data.Texts.Unicode;

/// <summary>What normalization forms need to know of characters (Unicode 15.0), read when first needed.</summary>
internal sealed class UnicodeTables
{
    private static readonly Lazy<UnicodeTables> s_tables = new(() => new UnicodeTables());

    private readonly Dictionary<int, Rune[]> _canonical = [];
    private readonly Dictionary<int, Rune[]> _compatible = [];
    private readonly Dictionary<int, byte> _classes = [];
    private readonly Dictionary<(int First, int Second), Rune> _compositions = [];

    private UnicodeTables()
    {
        using var stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream("Unicode/normalization.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            if (!line.StartsWith('#'))
                Read(line);
        // A pair that does not begin with a starter is never composed; the classes are known only now.
        foreach (var pair in _compositions.Keys.Where(pair => ClassOf(pair.First) != 0 || ClassOf(_compositions[pair].Value) != 0).ToArray())
            _compositions.Remove(pair);
    }

    /// <summary>The tables.</summary>
    internal static UnicodeTables Instance => s_tables.Value;

    /// <summary>The combining class of a character; 0 for one that begins something new.</summary>
    internal byte ClassOf(int character) => _classes.GetValueOrDefault(character);

    /// <summary>What a character is made of, one step; null when it is whole.</summary>
    internal Rune[]? Decomposition(int character, bool compatible) =>
        _canonical.TryGetValue(character, out var parts) || compatible && _compatible.TryGetValue(character, out parts) ? parts : null;

    /// <summary>What two characters make; null when they stay two.</summary>
    internal Rune? Composition(int first, int second) => _compositions.TryGetValue((first, second), out var composed) ? composed : null;

    private void Read(string line)
    {
        var at = line.AsSpan().IndexOfAny("=~:");
        if (line[at] == ':')
        {
            var (first, last) = (Hex(line[..line.IndexOf('.')]), Hex(line[(line.IndexOf('.') + 2)..at]));
            for (var character = first; character <= last; character++)
                _classes[character] = byte.Parse(line.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            return;
        }

        var (whole, isComposed) = (Hex(line[..at]), !line.EndsWith('!'));
        Rune[] parts = [.. line[(at + 1)..].TrimEnd('!').Split(' ').Select(part => new Rune(Hex(part)))];
        (line[at] == '=' ? _canonical : _compatible)[whole] = parts;
        if (line[at] == '=' && isComposed && parts.Length == 2)
            _compositions[(parts[0].Value, parts[1].Value)] = new Rune(whole);
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
