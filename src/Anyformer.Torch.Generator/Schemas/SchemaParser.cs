using System.Globalization;

namespace Anyformer.Torch.Generator.Schemas;

/// <summary>Parses one line of the list: a schema as libtorch prints it, and perhaps <c>=> MethodName</c>.</summary>
public static class SchemaParser
{
    /// <summary>Operators without a namespace are libtorch's own.</summary>
    private const string DefaultNamespace = "aten";

    /// <exception cref="SchemaException">The line is not a schema.</exception>
    public static Schema Parse(string line)
    {
        var reader = new SchemaReader(line);
        reader.SkipSpaces();
        var start = reader.Column;
        var name = ReadName(reader);
        var overload = reader.Take(".") ? reader.ExpectWord("the name of an overload") : "";
        var arguments = ReadArguments(reader);
        reader.Expect("->");
        var results = ReadResults(reader);
        var text = reader.Since(start);
        var methodName = reader.Take("=>") ? reader.ExpectName("the name of a C# method") : null;
        reader.SkipSpaces();
        if (!reader.AtEnd)
            throw reader.Unexpected("'=> MethodName' or the end of the line");
        return new Schema(name, overload, new(arguments), new(results), methodName, text);
    }

    private static string ReadName(SchemaReader reader)
    {
        var name = reader.ExpectName("the name of an operator");
        return reader.Take("::") ? $"{name}::{reader.ExpectName("the name of an operator")}" : $"{DefaultNamespace}::{name}";
    }

    private static List<SchemaArgument> ReadArguments(SchemaReader reader)
    {
        var arguments = new List<SchemaArgument>();
        reader.Expect("(");
        if (reader.Take(")"))
            return arguments;
        do
        {
            // The star starts the keyword-only arguments: C# callers may name any argument, so it means nothing here.
            if (!reader.Take("*"))
                arguments.Add(ReadArgument(reader));
        }
        while (reader.Take(","));

        return reader.Take(")") ? arguments : throw reader.Unexpected("',' or ')'");
    }

    private static SchemaArgument ReadArgument(SchemaReader reader)
    {
        reader.SkipSpaces();
        var column = reader.Column;
        var type = ReadType(reader);
        var name = reader.ExpectName("the name of an argument");
        var value = reader.Take("=") ? reader.ExpectUntil(",)", "a default value") : null;
        return new SchemaArgument(type, name, value, column);
    }

    private static List<SchemaResult> ReadResults(SchemaReader reader)
    {
        if (!reader.Take("("))
            return [ReadResult(reader, mayBeNamed: false)];
        var results = new List<SchemaResult>();
        if (reader.Take(")"))
            return results;
        do
            results.Add(ReadResult(reader, mayBeNamed: true));
        while (reader.Take(","));

        return reader.Take(")") ? results : throw reader.Unexpected("',' or ')'");
    }

    private static SchemaResult ReadResult(SchemaReader reader, bool mayBeNamed)
    {
        reader.SkipSpaces();
        var column = reader.Column;
        var type = ReadType(reader);
        var isNamed = mayBeNamed && !reader.Peek(",") && !reader.Peek(")");
        return new SchemaResult(type, isNamed ? reader.ExpectName("the name of a result, ',' or ')'") : null, column);
    }

    private static SchemaType ReadType(SchemaReader reader)
    {
        reader.SkipSpaces();
        var start = reader.Column;
        var element = reader.ExpectName("a type");
        var alias = ReadAlias(reader);
        var isOptional = reader.Take("?");
        if (!reader.Take("["))
            return new SchemaType(element, alias, false, false, null, isOptional, reader.Since(start));

        int? size = reader.Peek("]") ? null : ReadSize(reader);
        reader.Expect("]");
        return new SchemaType(element, alias, isOptional, true, size, reader.Take("?"), reader.Since(start));
    }

    private static string? ReadAlias(SchemaReader reader)
    {
        if (!reader.Take("("))
            return null;
        var alias = reader.ExpectUntil(")", "an alias such as 'a!'");
        reader.Expect(")");
        return alias;
    }

    private static int ReadSize(SchemaReader reader)
    {
        var column = reader.Column;
        var word = reader.ExpectWord("the length of a list or ']'");
        return int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0
            ? size
            : throw new SchemaException(
                ProblemKind.Malformed, $"expected the length of a list at column {column + 1}, found '{word}'", column);
    }
}
