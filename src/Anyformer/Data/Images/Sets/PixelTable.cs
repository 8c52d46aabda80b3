using System.Globalization;
using Anyformer.Data.Images.Files;

namespace Anyformer.Data.Images.Sets;

/// <summary>Where a table of pixels has the class when no header names its column.</summary>
public enum LabelColumn
{
    /// <summary>Behind the pixels.</summary>
    Last,

    /// <summary>Before the pixels.</summary>
    First,
}

/// <summary>
/// Square images in CSV files, plain or compressed with gzip, a row for each: its pixels row by row (of colours all red ones first) and its class.
/// A header may name the column of the class <c>label</c>, <c>class</c> or <c>target</c>. Grey levels may go from 0 to 1, to 16 or to 255.
/// </summary>
internal static class PixelTable
{
    private static readonly string[] s_endings = [".csv", ".csv.gz"];

    /// <summary>The tables of a folder: one for training and one for the test by their names, or the only one; null when there are none.</summary>
    /// <exception cref="UserException">A table is not one of images.</exception>
    internal static ImageParts? PartsIn(string folder, LabelColumn label, ImageMode? mode)
    {
        string[] tables = [.. Directory.EnumerateFiles(folder).Where(IsTable).Order(StringComparer.Ordinal)];
        string? Part(string name) => tables.FirstOrDefault(path =>
            Path.GetFileName(path).Split('.')[0].EndsWith(name, StringComparison.OrdinalIgnoreCase));
        return tables.Length == 1 ? Read(tables[0], null, label, mode)
            : Part("train") is { } train && Part("test") is { } test ? Read(train, test, label, mode)
            : null;
    }

    /// <summary>Reads a table of images to learn from and, if there is one, a table of images for the test.</summary>
    /// <exception cref="UserException">A table is not one of images.</exception>
    internal static ImageParts Read(string train, string? test, LabelColumn label, ImageMode? mode)
    {
        PixelRows[] tables = [.. new[] { train, test }.OfType<string>().Select(path => PixelRows.Read(path, label))];
        string[] classes = [.. Sorted(tables.SelectMany(table => table.Labels).Distinct(StringComparer.Ordinal))];
        if (classes.Length < 2)
            throw new UserException(
                $"{train}: all rows are of the class '{classes[0]}', expected two classes at least; is the class in another column?");
        var levels = tables.Max(table => table.Largest);
        ImageSet[] sets = [.. tables.Select(table => table.ToSet(classes, levels, mode))];
        return new ImageParts(sets[0], null, sets.Length > 1 ? sets[1] : null);
    }

    /// <summary>Numbers by their value, so that 10 comes after 9; other names by their letters.</summary>
    private static IEnumerable<string> Sorted(IEnumerable<string> names) =>
        names.Order(Comparer<string>.Create((a, b) => Number(a) is { } x && Number(b) is { } y ? x.CompareTo(y) : string.CompareOrdinal(a, b)));

    private static long? Number(string name) =>
        long.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool IsTable(string path) => s_endings.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
