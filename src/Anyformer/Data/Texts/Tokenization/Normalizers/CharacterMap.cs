using System.Buffers.Binary;
using System.Text;

namespace Anyformer.Data.Texts.Tokenization.Normalizers;

/// <summary>
/// SentencePiece's <c>precompiled_charsmap</c>: texts and what replaces them, in a double array (Darts-clone) whose units are walked byte by byte.
/// It is untrusted: what leads out of it matches nothing.
/// </summary>
internal sealed class CharacterMap
{
    private readonly uint[] _units;
    private readonly byte[] _replacements;

    /// <summary>Reads a map.</summary>
    /// <exception cref="UserException">It is shorter than it says.</exception>
    internal CharacterMap(ReadOnlySpan<byte> data)
    {
        Data = data.ToArray();
        if (data.Length == 0)
        {
            (_units, _replacements) = ([], []);
            return;
        }

        var size = data.Length < 4 ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(data);
        if (size > (uint)data.Length - 4 || size % 4 != 0)
            throw new UserException($"The precompiled character map of the tokenizer has {data.Length} bytes, fewer than it says, or is none.");
        _units = new uint[size / 4];
        for (var i = 0; i < _units.Length; i++)
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(data[(4 + 4 * i)..]);
        _replacements = data[(4 + (int)size)..].ToArray();
    }

    /// <summary>The map as it stands in files.</summary>
    internal byte[] Data { get; }

    /// <summary>What replaces the shortest, or the longest, text of the map that another begins with.</summary>
    /// <param name="text">The other text, in UTF-8.</param>
    /// <param name="longest">True for the longest.</param>
    /// <returns>How many bytes are replaced, and by what; null when none is.</returns>
    internal (int Length, string Replacement)? Find(ReadOnlySpan<byte> text, bool longest)
    {
        (int Length, string Replacement)? found = null;
        var place = _units.Length == 0 ? 0 : Offset(_units[0]);
        for (var i = 0; i < text.Length && text[i] != 0; i++)
        {
            place ^= text[i];
            if (place >= (uint)_units.Length || (_units[place] & 0x800000FF) != text[i])
                break;
            var unit = _units[place];
            place ^= Offset(unit);
            if ((unit >> 8 & 1) == 0)
                continue;
            if (place >= (uint)_units.Length)
                break;
            found = (i + 1, ReplacementAt(_units[place] & 0x7FFFFFFF));
            if (!longest)
                break;
        }

        return found;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 0x200) >> 6);

    private string ReplacementAt(uint place)
    {
        if (place >= (uint)_replacements.Length)
            return "";
        var rest = _replacements.AsSpan((int)place);
        return Encoding.UTF8.GetString(rest.IndexOf((byte)0) is var end and >= 0 ? rest[..end] : rest);
    }
}
