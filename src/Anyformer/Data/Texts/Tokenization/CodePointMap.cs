namespace Anyformer.Data.Texts.Tokenization;

/// <summary>Where code points lie in a text of UTF-16 code units, and the other way round.</summary>
internal sealed class CodePointMap
{
    private readonly int _length;
    // Null while both numberings are the same, as in most texts.
    private readonly int[]? _pointOfUnit;
    private readonly int[]? _unitOfPoint;

    internal CodePointMap(string text)
    {
        _length = text.Length;
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return;
        _pointOfUnit = new int[text.Length + 1];
        _unitOfPoint = new int[text.Length + 1];
        var point = -1;
        for (var unit = 0; unit <= text.Length; unit++)
        {
            if (unit == 0 || unit == text.Length || !(char.IsLowSurrogate(text[unit]) && char.IsHighSurrogate(text[unit - 1])))
                _unitOfPoint[++point] = unit;
            _pointOfUnit[unit] = point;
        }
    }

    /// <summary>A range of code units as one of code points.</summary>
    internal TextRange ToPoints(TextRange units) => Map(_pointOfUnit, units);

    /// <summary>A range of code points as one of code units.</summary>
    internal TextRange ToUnits(TextRange points) => Map(_unitOfPoint, points);

    private TextRange Map(int[]? map, TextRange range) =>
        map is null ? range : new TextRange(map[Math.Min(range.Start, _length)], map[Math.Min(range.End, _length)]);
}
