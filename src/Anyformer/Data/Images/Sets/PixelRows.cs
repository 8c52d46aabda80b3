using System.Globalization;
using Anyformer.Data.Images.Files;
using Anyformer.Data.TimeSeries;
using CsvHelper;
using CsvHelper.Configuration;

namespace Anyformer.Data.Images.Sets;

/// <summary>The rows of a table of pixels.</summary>
internal sealed class PixelRows
{
    private static readonly string[] s_labelNames = ["label", "class", "target"];

    private readonly string _path;
    private readonly List<byte[]> _images = [];
    private readonly List<string> _labels = [];

    private PixelRows(string path) => _path = path;

    /// <summary>The class of every row.</summary>
    internal IReadOnlyList<string> Labels => _labels;

    /// <summary>The largest level of all pixels.</summary>
    internal byte Largest { get; private set; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserException">The rows are not images with their classes.</exception>
    internal static PixelRows Read(string path, LabelColumn label)
    {
        using var text = new GuardedTextReader(TableFile.Open(path), path);
        using var parser = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture) { BadDataFound = null });
        var rows = new PixelRows(path);
        int? named = null;
        for (var first = true; parser.Read(); first = false)
        {
            var record = parser.Record!;
            if (first && IsHeader(record))
                named = Array.FindIndex(record, name => s_labelNames.Contains(name.Trim(), StringComparer.OrdinalIgnoreCase));
            else
                rows.Add(record, named is >= 0 ? named.Value : label == LabelColumn.First ? 0 : record.Length - 1, parser.RawRow);
        }

        return rows._images.Count > 0 ? rows : throw new UserException($"{path}: the table is empty, expected a row for every image.");
    }

    /// <summary>The rows as images, with their levels brought to 0 .. 255.</summary>
    /// <param name="classes">The names of the classes, in the order of their labels.</param>
    /// <param name="largest">The largest level of all tables.</param>
    /// <param name="mode">What colours become; null to leave them.</param>
    internal ImagesInMemory ToSet(string[] classes, byte largest, ImageMode? mode)
    {
        int levels = largest switch { <= 1 => 1, <= 16 => 16, _ => byte.MaxValue };
        foreach (var image in _images)
            foreach (ref var level in image.AsSpan())
                level = (byte)((level * byte.MaxValue + levels / 2) / levels);
        var labels = classes.Index().ToDictionary(item => item.Item, item => item.Index);
        return new ImagesInMemory(_path, [.. _images], [.. _labels.Select(label => labels[label])], Shape(), classes, mode);
    }

    private static bool IsHeader(string[] record) => record.Count(cell => !IsLevel(cell, out _)) > 1;

    private static bool IsLevel(string cell, out byte level) =>
        byte.TryParse(cell, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out level);

    private void Add(string[] record, int labelColumn, int row)
    {
        if (_images.Count > 0 && record.Length != _images[0].Length + 1)
            throw new UserException($"{_path}: row {row} has {record.Length} columns, expected {_images[0].Length + 1} as in the rows before.");
        var image = new byte[record.Length - 1];
        for (var i = 0; i < image.Length; i++)
        {
            var cell = record[i < labelColumn ? i : i + 1];
            if (!IsLevel(cell, out image[i]))
                throw new UserException($"{_path}: row {row} has the pixel '{cell}', expected a whole number from 0 to 255.");
            Largest = Math.Max(Largest, image[i]);
        }

        _images.Add(image);
        _labels.Add(record[labelColumn].Trim());
    }

    private (int Channels, int Height, int Width) Shape()
    {
        var pixels = _images[0].Length;
        foreach (var channels in (int[])[1, 3])
            if ((int)Math.Round(Math.Sqrt(pixels / (double)channels)) is var side && side > 0 && side * side * channels == pixels)
                return (channels, side, side);
        throw new UserException($"{_path}: a row has {pixels} pixels, expected those of a square image, grey or of three colours.");
    }
}
