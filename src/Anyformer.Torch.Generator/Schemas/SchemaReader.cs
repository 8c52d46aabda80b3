namespace Anyformer.Torch.Generator.Schemas;

/// <summary>Reads the characters of one line; says what it wanted, what it found and where when they are not what they should be.</summary>
internal sealed class SchemaReader(string line)
{
    public int Column { get; private set; }

    public bool AtEnd => Column == line.Length;

    /// <summary>What was read since <paramref name="start"/>.</summary>
    public string Since(int start) => line.Substring(start, Column - start).Trim();

    public void SkipSpaces()
    {
        while (!AtEnd && char.IsWhiteSpace(line[Column]))
            Column++;
    }

    /// <summary>True when <paramref name="token"/> comes next.</summary>
    public bool Peek(string token)
    {
        SkipSpaces();
        return string.CompareOrdinal(line, Column, token, 0, token.Length) == 0;
    }

    /// <summary>Consumes <paramref name="token"/> when it comes next.</summary>
    public bool Take(string token)
    {
        if (!Peek(token))
            return false;
        Column += token.Length;
        return true;
    }

    public void Expect(string token)
    {
        if (!Take(token))
            throw Unexpected($"'{token}'");
    }

    public string ExpectWord(string what)
    {
        SkipSpaces();
        var start = Column;
        while (!AtEnd && (char.IsLetterOrDigit(line[Column]) || line[Column] == '_'))
            Column++;
        return Column > start ? line.Substring(start, Column - start) : throw Unexpected(what);
    }

    /// <summary>Reads a word that names something in C# too, so a letter comes before any digit.</summary>
    public string ExpectName(string what)
    {
        SkipSpaces();
        var start = Column;
        var name = ExpectWord(what);
        if (char.IsLetter(name.FirstOrDefault(character => character != '_')))
            return name;
        throw new SchemaException(ProblemKind.Malformed, $"expected {what} at column {start + 1}, found '{name}'", start);
    }

    /// <summary>Reads up to, not including, the first of <paramref name="ends"/> that stands outside quotes and brackets.</summary>
    public string ExpectUntil(string ends, string what)
    {
        SkipSpaces();
        var start = Column;
        var quote = '\0';
        for (var depth = 0; !AtEnd; Column++)
        {
            var character = line[Column];
            if (quote != '\0')
                quote = character == quote ? '\0' : quote;
            else if (character is '"' or '\'')
                quote = character;
            else if (depth == 0 && ends.Contains(character))
                break;
            else
                depth += character == '[' ? 1 : character == ']' ? -1 : 0;
        }

        var text = Since(start);
        return text.Length > 0 ? text : throw Unexpected(what);
    }

    public SchemaException Unexpected(string expected)
    {
        SkipSpaces();
        var found = AtEnd ? "the end of the line" : $"'{line[Column]}'";
        return new SchemaException(ProblemKind.Malformed, $"expected {expected} at column {Column + 1}, found {found}", Column);
    }
}
