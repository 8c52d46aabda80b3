namespace Anyformer.Data.Texts.Tokenization;

/// <summary>
/// The 256 bytes as visible characters (GPT-2): bytes that are printable in Latin-1 stand for themselves, the other 68 in order for U+0100 and on.
/// </summary>
internal static class ByteAlphabet
{
    /// <summary>One more than the last character.</summary>
    internal const int End = 0x144;

    private static readonly char[] s_characters = Characters();
    private static readonly short[] s_bytes = Bytes();

    /// <summary>The character of a space.</summary>
    internal static char Space => s_characters[' '];

    /// <summary>The character of a byte.</summary>
    internal static char Character(byte value) => s_characters[value];

    /// <summary>The byte of a character; null for a character that stands for none.</summary>
    internal static byte? Byte(char character) => character < End && s_bytes[character] >= 0 ? (byte)s_bytes[character] : null;

    private static char[] Characters()
    {
        var characters = new char[256];
        var next = (char)0x100;
        for (var value = 0; value < 256; value++)
            characters[value] = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)value : next++;
        return characters;
    }

    private static short[] Bytes()
    {
        var bytes = new short[End];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
            bytes[s_characters[value]] = (short)value;
        return bytes;
    }
}
