using System.Text;
using System.Text.Json.Nodes;
using Anyformer.Data.Texts.Tokenization.Models;
using Anyformer.Data.Texts.Tokenization.Normalizers;

namespace Anyformer.Data.Texts.Tokenization.SentencePiece;

/// <summary>How SentencePiece treats spaces.</summary>
/// <param name="AddsPrefix">True to put one before a text that is not empty.</param>
/// <param name="RemovesExtra">True to leave out those at the ends, and to make one of several.</param>
/// <param name="Escapes">True to write them as U+2581.</param>
internal readonly record struct SpaceRules(bool AddsPrefix, bool RemovesExtra, bool Escapes);

/// <summary>
/// SentencePiece's own normalization: at every place the longest text of its character map is replaced, and spaces follow its rules. A character comes
/// from where its replacement begins to where the next one begins, so that no part of the original is without a piece.
/// </summary>
internal sealed class SentencePieceNormalizer(CharacterMap map, SpaceRules spaces, PieceTrie userDefined) : Normalizer
{
    /// <summary>What spaces are written as.</summary>
    internal const char Space = '\u2581';

    /// <inheritdoc/>
    internal override NormalizedText Normalize(NormalizedText text)
    {
        var run = new Run(text.Text, map, spaces, userDefined);
        run.Normalize();
        return run.ToText(text);
    }

    /// <summary>There is no such normalizer in <c>tokenizer.json</c>: a model file is saved as it is.</summary>
    internal override JsonObject ToJson() => throw new InvalidOperationException("A SentencePiece model is saved as its own file.");

    /// <summary>Normalizing one text.</summary>
    private sealed class Run
    {
        private readonly string _text;
        private readonly CharacterMap _map;
        private readonly SpaceRules _spaces;
        private readonly PieceTrie _userDefined;
        private readonly byte[] _utf8;
        // The code unit of each byte that begins a character, and the byte of each unit.
        private readonly int[] _unitOfByte;
        private readonly int[] _byteOfUnit;
        private readonly StringBuilder _result = new();
        private readonly List<int> _places = [];
        private int _consumed;

        internal Run(string text, CharacterMap map, SpaceRules spaces, PieceTrie userDefined)
        {
            (_text, _map, _spaces, _userDefined) = (text, map, spaces, userDefined);
            _utf8 = new byte[Encoding.UTF8.GetByteCount(text)];
            (_unitOfByte, _byteOfUnit) = (new int[_utf8.Length + 1], new int[text.Length + 1]);
            var (place, unit) = (0, 0);
            foreach (var character in text.EnumerateRunes())
            {
                (_unitOfByte[place], _byteOfUnit[unit]) = (unit, place);
                place += character.EncodeToUtf8(_utf8.AsSpan(place));
                unit += character.Utf16SequenceLength;
            }

            (_unitOfByte[place], _byteOfUnit[unit]) = (unit, place);
        }

        internal void Normalize()
        {
            if (_spaces.RemovesExtra)
                while (_consumed < _text.Length && Next() is (" ", var width))
                    _consumed += width;
            if (_consumed == _text.Length)
                return;
            if (_spaces.AddsPrefix)
                Write(" ");
            for (var afterSpace = _spaces.RemovesExtra; _consumed < _text.Length;)
            {
                var (replacement, width) = Next();
                var written = afterSpace ? replacement.TrimStart(' ') : replacement;
                Write(written);
                if (written.Length > 0)
                    afterSpace = _spaces.RemovesExtra && written.EndsWith(' ');
                _consumed += width;
            }

            while (_spaces.RemovesExtra && _result.Length > 0 && _result[^1] == (_spaces.Escapes ? Space : ' '))
            {
                _consumed = _places[^1];
                _result.Length--;
                _places.RemoveAt(_places.Count - 1);
            }
        }

        internal NormalizedText ToText(NormalizedText source)
        {
            int[] places = [.. _places, _consumed];
            return new NormalizedText(_result.ToString(), [.. _places.Select((_, at) => new TextRange(Original(places[at]), Original(places[at + 1])))]);
            int Original(int unit) => unit < source.Text.Length ? source.Origin(unit).Start : unit == 0 ? 0 : source.Origin(unit - 1).End;
        }

        /// <summary>What the text goes on with, and of how many code units it is made.</summary>
        private (string Replacement, int Width) Next()
        {
            var own = 0;
            for (var prefixes = _userDefined.PrefixesOf(_text.AsSpan(_consumed)); prefixes.MoveNext();)
                own = prefixes.Length;
            if (own > 0)
                return (_text.Substring(_consumed, own), own);
            var place = _byteOfUnit[_consumed];
            if (_map.Find(_utf8.AsSpan(place), longest: true) is var (length, replacement))
                return (replacement, Math.Max(1, _unitOfByte[place + length] - _consumed));
            Rune.DecodeFromUtf16(_text.AsSpan(_consumed), out var character, out var width);
            return (character.ToString(), width);
        }

        private void Write(string written)
        {
            foreach (var unit in written)
            {
                _result.Append(unit == ' ' && _spaces.Escapes ? Space : unit);
                _places.Add(_consumed);
            }
        }
    }
}
