using System.Text;

namespace Anyformer.Data.Texts.Unicode;

/// <summary>A character of a normalized text, and what it did to the one it comes from.</summary>
/// <param name="Character">The character.</param>
/// <param name="Change">0: it takes a character's place; 1: it is new; -n: it takes a character's place, and n more after it are gone.</param>
internal readonly record struct ChangedCharacter(Rune Character, int Change);

/// <summary>
/// The normalization forms of Unicode (UAX 15), which .NET leaves to a library that is not loaded here: the project runs without a culture
/// (<c>InvariantGlobalization</c>), where <see cref="string.Normalize()"/> changes nothing. Every character knows what it comes from.
/// </summary>
internal static class UnicodeNormalization
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int Leads = 19, Vowels = 21, Tails = 28, Syllables = Leads * Vowels * Tails;

    /// <summary>A text in the form that <paramref name="form"/> names.</summary>
    internal static List<ChangedCharacter> Normalize(string text, NormalizationForm form)
    {
        var decomposed = Decompose(text, form is NormalizationForm.FormKC or NormalizationForm.FormKD);
        return form is NormalizationForm.FormC or NormalizationForm.FormKC ? Compose(decomposed) : decomposed;
    }

    private static List<ChangedCharacter> Decompose(string text, bool compatible)
    {
        var result = new List<ChangedCharacter>(text.Length);
        foreach (var character in text.EnumerateRunes())
        {
            var first = result.Count;
            AddParts(character, compatible, result);
            for (var i = first + 1; i < result.Count; i++)
                result[i] = result[i] with { Change = 1 };
        }

        Order(result);
        return result;
    }

    private static void AddParts(Rune character, bool compatible, List<ChangedCharacter> result)
    {
        if (character.Value - HangulBase is >= 0 and < Syllables and var syllable)
        {
            AddWhole(LeadBase + syllable / (Vowels * Tails));
            AddWhole(VowelBase + syllable % (Vowels * Tails) / Tails);
            if (syllable % Tails > 0)
                AddWhole(TailBase + syllable % Tails);
        }
        else if (character.Value >= 0xA0 && UnicodeTables.Instance.Decomposition(character.Value, compatible) is { } parts)
        {
            foreach (var part in parts)
                AddParts(part, compatible, result);
        }
        else
        {
            AddWhole(character.Value);
        }

        void AddWhole(int value) => result.Add(new ChangedCharacter(new Rune(value), 0));
    }

    /// <summary>Marks that follow one another, in the order of their classes.</summary>
    private static void Order(List<ChangedCharacter> characters)
    {
        for (var start = 0; start < characters.Count; start++)
        {
            if (ClassOf(characters[start]) == 0)
                continue;
            var end = start + 1;
            while (end < characters.Count && ClassOf(characters[end]) != 0)
                end++;
            if (end - start > 1)
            {
                ChangedCharacter[] ordered = [.. characters[start..end].OrderBy(ClassOf)];
                for (var i = start; i < end; i++)
                    characters[i] = ordered[i - start];
            }

            start = end;
        }
    }

    private static List<ChangedCharacter> Compose(List<ChangedCharacter> characters)
    {
        var result = new List<ChangedCharacter>(characters.Count);
        // Where the last starter is, and the class of the mark that was last kept after it.
        var (starter, lastClass) = (-1, 0);
        foreach (var character in characters)
        {
            var itsClass = ClassOf(character);
            var isBlocked = lastClass != 0 && lastClass >= itsClass;
            if (starter >= 0 && !isBlocked && Composed(result[starter].Character.Value, character.Character.Value) is { } composed)
            {
                result[starter] = new ChangedCharacter(composed, result[starter].Change + character.Change - 1);
                continue;
            }

            (starter, lastClass) = itsClass == 0 ? (result.Count, 0) : (starter, itsClass);
            result.Add(character);
        }

        return result;
    }

    private static Rune? Composed(int first, int second)
    {
        if (first - LeadBase is >= 0 and < Leads and var lead && second - VowelBase is >= 0 and < Vowels and var vowel)
            return new Rune(HangulBase + (lead * Vowels + vowel) * Tails);
        if (first - HangulBase is >= 0 and < Syllables and var syllable && syllable % Tails == 0 && second - TailBase is > 0 and < Tails and var tail)
            return new Rune(HangulBase + syllable + tail);
        return first < 0x3C ? null : UnicodeTables.Instance.Composition(first, second);
    }

    private static int ClassOf(ChangedCharacter character) =>
        character.Character.Value < 0x300 ? 0 : UnicodeTables.Instance.ClassOf(character.Character.Value);
}
