using System.Globalization;
using Anyformer.Torch.Generator.Schemas;
using Microsoft.CodeAnalysis.CSharp;

namespace Anyformer.Torch.Generator.Methods;

/// <summary>Turns the default values of schemas into C# literals.</summary>
internal static class Literals
{
    /// <summary>Names that libtorch's own declarations use for numbers.</summary>
    private static readonly Dictionary<string, string> Constants = new()
    {
        ["Mean"] = "1",
        ["Sum"] = "2",
        ["contiguous_format"] = "0",
        ["preserve_format"] = "1",
        ["channels_last"] = "2",
    };

    /// <summary>The default of <paramref name="argument"/> as a literal of type <paramref name="type"/>; null where it has none.</summary>
    /// <exception cref="SchemaException">C# cannot express it.</exception>
    public static string? ToCSharp(SchemaArgument argument, string type)
    {
        if (argument.Default is not { } text)
            return null;
        if (argument.Type.IsOptional && text == "None")
            return "null";
        var literal = argument.Type.IsList ? null : type switch
        {
            "long" => Integer(text),
            "double" => Real(text),
            "bool" => text switch { "True" => "true", "False" => "false", _ => null },
            "string" => Text(text),
            "DType" or "Layout" or "MemoryFormat" => Integer(text) is { } number && number[0] != '-' ? $"({type}){number}" : null,
            _ => null,
        };
        return literal ?? throw new SchemaException(
            ProblemKind.Unsupported,
            $"argument '{argument.Name}' has the default '{text}'; expected {Expected(argument.Type, type)}",
            argument.Column);
    }

    private static string? Integer(string text)
    {
        var digits = Constants.TryGetValue(text, out var number) ? number : text;
        return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value.ToString(CultureInfo.InvariantCulture)
            : null;
    }

    private static string? Real(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        && !double.IsInfinity(value) && !double.IsNaN(value)
            ? value.ToString("R", CultureInfo.InvariantCulture)
            : null;

    private static string? Text(string text) =>
        text.Length >= 2 && text[0] is '"' or '\'' && text[text.Length - 1] == text[0]
            ? SymbolDisplay.FormatLiteral(text.Substring(1, text.Length - 2), quote: true)
            : null;

    private static string Expected(SchemaType schema, string type)
    {
        var literal = schema.IsList ? null : type switch
        {
            "long" => "an integer",
            "DType" or "Layout" or "MemoryFormat" => "an integer from 0",
            "double" => "a finite number",
            "bool" => "True or False",
            "string" => "quoted text",
            _ => null,
        };
        return (literal, schema.IsOptional) switch
        {
            (null, true) => "None",
            (null, false) => "none at all",
            (_, true) => literal + " or None",
            _ => literal!,
        };
    }
}
