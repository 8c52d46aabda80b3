namespace Anyformer.Data.Texts.Labelled;

/// <summary>A text, or a pair of texts, with its class.</summary>
/// <param name="Text">The text, or the first of a pair.</param>
/// <param name="Pair">The second of a pair; null for one text.</param>
/// <param name="Label">The name of its class; null where nobody says.</param>
/// <param name="Part">Which part of the data it belongs to, as its table says; null where none does.</param>
public sealed record LabelledText(string Text, string? Pair = null, string? Label = null, string? Part = null);

/// <summary>What the columns of a table of texts, or the properties of JSON objects, are called.</summary>
/// <param name="Text">The text, or the first of a pair.</param>
/// <param name="Pair">The second of a pair; null for one text.</param>
/// <param name="Label">The class; null to leave it unread.</param>
/// <param name="Part">The part of the data; null where no column says it.</param>
public sealed record TextColumns(string Text, string? Pair, string? Label, string? Part)
{
    /// <summary>The names that a table must have.</summary>
    internal IEnumerable<string> Names => new[] { Text, Pair, Label, Part }.OfType<string>();
}
