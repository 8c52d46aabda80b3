using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Anyformer.Data.Texts.Tokenization.Patterns;

namespace Anyformer.Data.Texts.Tokenization.PreTokenizers;

/// <summary>Splits into words as GPT-2 does, and writes them as the characters that stand for their UTF-8 bytes.</summary>
/// <param name="addsPrefixSpace">A space goes before a text that does not begin with one.</param>
/// <param name="splits">False to write bytes only, where something else splits.</param>
internal sealed class ByteLevel(bool addsPrefixSpace, bool splits = true) : PreTokenizer
{
    /// <inheritdoc/>
    internal override void Split(TextPiece piece, List<TextPiece> pieces)
    {
        if (piece.Length == 0)
            return;
        if (addsPrefixSpace && piece.Span[0] != ' ')
            piece = WithPrefix(piece, new Rune(' '));
        var bytes = new ByteWriter(piece);
        var ends = new List<int>();
        for (var start = 0; start < piece.Length;)
        {
            var end = splits ? Gpt2Pattern.EndOfWord(piece.Span, start) : piece.Length;
            bytes.Write(start, end);
            ends.Add(bytes.Length);
            start = end;
        }

        var text = bytes.ToText();
        var last = 0;
        foreach (var end in ends)
        {
            pieces.Add(new TextPiece(text, last, end - last));
            last = end;
        }
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = addsPrefixSpace,
        ["trim_offsets"] = true,
        ["use_regex"] = splits,
    };

    /// <summary>The piece with a character before it, which comes from where its first one comes from.</summary>
    internal static TextPiece WithPrefix(TextPiece piece, Rune prefix)
    {
        var rewriter = new TextRewriter(piece.Source, piece.Start, piece.Length);
        var first = rewriter.Next;
        rewriter.Replace(prefix);
        rewriter.Insert(first);
        rewriter.KeepTo(piece.Start + piece.Length);
        return TextPiece.Whole(rewriter.ToText());
    }

    /// <summary>Writes characters as those of their bytes.</summary>
    private sealed class ByteWriter(TextPiece piece)
    {
        private char[] _units = new char[piece.Length + 16];
        private TextRange[] _origins = new TextRange[piece.Length + 16];

        internal int Length { get; private set; }

        internal void Write(int start, int end)
        {
            var text = piece.Span;
            Span<byte> utf8 = stackalloc byte[4];
            for (var (place, width) = (start, 1); place < end; place += width)
            {
                var count = 1;
                if (text[place] < 0x80)
                {
                    (utf8[0], width) = ((byte)text[place], 1);
                }
                else
                {
                    var status = Rune.DecodeFromUtf16(text[place..], out var character, out width);
                    count = (status == OperationStatus.Done ? character : Rune.ReplacementChar).EncodeToUtf8(utf8);
                }

                Add(utf8[..count], piece.Source.Origin(piece.Start + place));
            }
        }

        internal NormalizedText ToText() => new(new string(_units, 0, Length), _origins);

        private void Add(ReadOnlySpan<byte> utf8, TextRange origin)
        {
            if (Length + 4 > _units.Length)
            {
                Array.Resize(ref _units, 2 * _units.Length);
                Array.Resize(ref _origins, _units.Length);
            }

            foreach (var value in utf8)
            {
                _units[Length] = ByteAlphabet.Character(value);
                _origins[Length++] = origin;
            }
        }
    }
}
