using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Anyformer.Tests.Data.Texts;

/// <summary>Texts to try things on: letters, spaces, marks, Hangul, emoji, controls and whatever else Unicode has.</summary>
internal static class TextGenerators
{
    private static readonly Gen<string> s_character = Gen.Frequency(
        (6, Gen.Choose('a', 'e').Select(value => $"{(char)value}")),
        (3, Gen.Elements(" ", "  ", "\n", "\t", "\u00A0", "\u3000", "\u2581")),
        (2, Gen.Elements("'s", "n't", ".", "!", "#", "Ä", "ß", "É", "İ", "7", "①", "中", "日本", "각", "\u1100\u1161")),
        (2, Gen.Elements("\u0301", "\u0323", "\u0308", "\u093C", "\u200D", "\uFEFF", "\0", "\u00AD", "ﬁ", "Å")),
        (2, Gen.Elements("🍌", "👨‍👩‍👧", "🇩🇪", "\U00010400", "\U0001D7CE", "\U00020000")),
        (1, Gen.Choose(0, 0x10FFFF).Where(Rune.IsValid).Select(value => new Rune(value).ToString())));

    /// <summary>Any text.</summary>
    internal static Gen<string> Any { get; } = s_character.ListOf().Select(string.Concat);
}
