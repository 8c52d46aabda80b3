using System.Globalization;
using System.Text;

namespace Anyformer.Data.Texts.Unicode;

/// <summary>Kinds of characters, as tokenizers tell them apart.</summary>
internal static class Characters
{
    /// <summary>A letter of any script (L).</summary>
    internal static bool IsLetter(Rune character) => Rune.IsLetter(character);

    /// <summary>A digit or another number (N).</summary>
    internal static bool IsNumber(Rune character) => Rune.IsNumber(character);

    /// <summary>The property White_Space.</summary>
    internal static bool IsWhitespace(Rune character) => Rune.IsWhiteSpace(character);

    /// <summary>Punctuation (P), and everything in ASCII that is neither letter, digit, space nor control.</summary>
    internal static bool IsPunctuation(Rune character) =>
        character.IsAscii ? char.IsPunctuation((char)character.Value) || char.IsSymbol((char)character.Value) : Rune.IsPunctuation(character);

    /// <summary>Controls, formats and private characters (C without what is not assigned).</summary>
    internal static bool IsOther(Rune character) => Rune.GetUnicodeCategory(character)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate;

    /// <summary>A mark that takes no place of its own (Mn).</summary>
    internal static bool IsNonSpacingMark(Rune character) => Rune.GetUnicodeCategory(character) == UnicodeCategory.NonSpacingMark;

    /// <summary>A mark (M).</summary>
    internal static bool IsMark(Rune character) => Rune.GetUnicodeCategory(character)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    /// <summary>What regular expressions call a word character: the properties Alphabetic and Join_Control, marks, decimal digits and connectors.</summary>
    internal static bool IsWord(Rune character) => Rune.GetUnicodeCategory(character) switch
    {
        <= UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation => true,
        UnicodeCategory.OtherSymbol => IsCircledLetter(character.Value),
        UnicodeCategory.Format => character.Value is 0x200C or 0x200D,
        _ => false,
    };

    /// <summary>The symbols that are alphabetic all the same.</summary>
    private static bool IsCircledLetter(int value) =>
        value is >= 0x24B6 and <= 0x24E9 or >= 0x1F130 and <= 0x1F149 or >= 0x1F150 and <= 0x1F169 or >= 0x1F170 and <= 0x1F189;
}
