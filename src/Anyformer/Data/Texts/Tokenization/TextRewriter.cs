using System.Buffers;
using System.Text;
using Anyformer.Data.Texts.Unicode;

namespace Anyformer.Data.Texts.Tokenization;

/// <summary>
/// Writes a changed text beside the one it reads, character by character, so that every character keeps what it comes from: one that replaces
/// another takes its place, one that is new shares the place of what stands before it in the text that is read.
/// </summary>
internal sealed class TextRewriter
{
    private readonly NormalizedText _source;
    private readonly int _start;
    private readonly int _end;
    private readonly StringBuilder _text;
    private readonly List<TextRange> _origins;

    internal TextRewriter(NormalizedText source) : this(source, 0, source.Text.Length) { }

    internal TextRewriter(NormalizedText source, int start, int length)
    {
        (_source, _start, _end, Position) = (source, start, start + length, start);
        _text = new StringBuilder(length + 8);
        _origins = new List<TextRange>(length + 8);
    }

    /// <summary>Where the next character is read.</summary>
    internal int Position { get; private set; }

    /// <summary>True when everything has been read.</summary>
    internal bool IsAtEnd => Position >= _end;

    /// <summary>The next character; an unpaired surrogate reads as U+FFFD.</summary>
    internal Rune Next => Peek().Character;

    /// <summary>Takes the next character as it is.</summary>
    internal void Keep() => Replace(Next);

    /// <summary>Writes a character in the place of the next one.</summary>
    internal void Replace(Rune character)
    {
        var origin = IsAtEnd ? Before() : _source.Origin(Position);
        Drop();
        Write(character, origin);
    }

    /// <summary>Writes a character that no other made room for.</summary>
    internal void Insert(Rune character) => Write(character, Before());

    /// <summary>Writes a character that says itself what it does to those that are read.</summary>
    internal void Write(ChangedCharacter changed)
    {
        if (changed.Change > 0)
            Insert(changed.Character);
        else
            Replace(changed.Character);
        for (var gone = changed.Change; gone < 0; gone++)
            Drop();
    }

    /// <summary>Leaves out the next character.</summary>
    internal void Drop()
    {
        if (!IsAtEnd)
            Position += Peek().Length;
    }

    /// <summary>Takes everything up to a place as it is.</summary>
    internal void KeepTo(int position)
    {
        while (Position < position)
            Keep();
    }

    /// <summary>Leaves out everything up to a place.</summary>
    internal void DropTo(int position) => Position = Math.Max(Position, position);

    /// <summary>The changed text.</summary>
    internal NormalizedText ToText() => new(_text.ToString(), [.. _origins]);

    private (Rune Character, int Length) Peek()
    {
        var status = Rune.DecodeFromUtf16(_source.Text.AsSpan(Position, _end - Position), out var character, out var length);
        return (status == OperationStatus.Done ? character : Rune.ReplacementChar, length);
    }

    private TextRange Before()
    {
        if (Position > _start)
            return _source.Origin(Position - 1);
        var first = _start < _source.Text.Length ? _source.Origin(_start).Start : 0;
        return new TextRange(first, first);
    }

    private void Write(Rune character, TextRange origin)
    {
        Span<char> units = stackalloc char[2];
        foreach (var unit in units[..character.EncodeToUtf16(units)])
        {
            _text.Append(unit);
            _origins.Add(origin);
        }
    }
}
