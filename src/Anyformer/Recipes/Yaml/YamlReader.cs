using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Anyformer.Recipes.Yaml;

/// <summary>
/// Reads one YAML document of bounded size and depth into nodes that know their lines. Anchors, aliases, tags and a second
/// document are refused: a recipe has no use for them, and a hostile file does.
/// </summary>
internal sealed class YamlReader
{
    public const int MaximumBytes = 1 << 20;
    public const int MaximumDepth = 32;

    /// <summary>Short enough that a key, with every character escaped, stays what YAML allows on one line: 1024 characters.</summary>
    public const int MaximumKeyLength = 100;

    private readonly IParser _parser;
    private readonly string _source;
    private readonly bool _hasLines;

    private YamlReader(string text, string source, bool hasLines)
    {
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        (_source, _hasLines) = (source, hasLines);
    }

    /// <summary>The document's one node; an empty document is an empty value.</summary>
    /// <param name="text">The YAML text.</param>
    /// <param name="source">Where the text comes from, for messages.</param>
    /// <param name="hasLines">False for a text of one line, such as an override, whose line is not worth telling.</param>
    /// <param name="depth">The level at which the node will stand, counted from 1.</param>
    public static RecipeNode Read(string text, string source, bool hasLines = true, int depth = 1)
    {
        if (text.Length > MaximumBytes)
            throw TooLarge(source);
        return new YamlReader(text, source, hasLines).ReadDocument(depth);
    }

    /// <summary>The text of a file that may claim, hold or be anything.</summary>
    public static string ReadText(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var buffer = new byte[MaximumBytes + 1];
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > MaximumBytes)
                throw TooLarge(path);
            using var reader = new StreamReader(new MemoryStream(buffer, 0, length), new UTF8Encoding(false, throwOnInvalidBytes: true));
            return reader.ReadToEnd();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var reason = problem is DecoderFallbackException ? "it is not UTF-8 text" : problem.Message.TrimEnd('.');
            throw new UserException($"The recipe '{path}' cannot be read: {reason}.", problem);
        }
    }

    private RecipeNode ReadDocument(int depth)
    {
        Expect<StreamStart>();
        if (Next() is StreamEnd)
            return RecipeScalar.Plain("", new NodeOrigin(_source));
        var node = ReadNode(Next(), depth);
        Expect<DocumentEnd>();
        var end = Next();
        if (end is not StreamEnd)
            throw new UserException($"A second document starts {Origin(end)}; a recipe is one document.");
        return node;
    }

    private RecipeNode ReadNode(ParsingEvent head, int depth)
    {
        Refuse(head);
        if (depth > MaximumDepth)
            throw new UserException($"The nesting {Origin(head)} is deeper than {MaximumDepth} levels.");
        return head switch
        {
            Scalar { Style: ScalarStyle.Plain } scalar => RecipeScalar.Plain(scalar.Value, Origin(scalar)),
            Scalar scalar => RecipeScalar.Quoted(scalar.Value, Origin(scalar)),
            SequenceStart => ReadSequence(head, depth),
            _ => ReadMapping(head, depth),
        };
    }

    private RecipeSequence ReadSequence(ParsingEvent head, int depth)
    {
        var items = new List<RecipeNode>();
        for (var next = Next(); next is not SequenceEnd; next = Next())
            items.Add(ReadNode(next, depth + 1));
        return new RecipeSequence(new(items), Origin(head));
    }

    private RecipeMapping ReadMapping(ParsingEvent head, int depth)
    {
        var entries = new Dictionary<string, RecipeEntry>(StringComparer.Ordinal);
        var order = new List<RecipeEntry>();
        for (var next = Next(); next is not MappingEnd; next = Next())
        {
            if (ReadNode(next, depth + 1) is not RecipeScalar { Text: var key } scalar)
                throw new UserException($"The key {Origin(next)} is a list or a section; expected a word.");
            if (key.Length > MaximumKeyLength)
                throw new UserException($"The key {scalar.Origin} is longer than {MaximumKeyLength} characters.");
            var entry = new RecipeEntry(key, ReadNode(Next(), depth + 1), scalar.Origin);
            if (!entries.TryAdd(key, entry))
                throw new UserException($"The key '{key}' {entry.Origin} was already given {entries[key].Origin}.");
            order.Add(entry);
        }
        return new RecipeMapping(new(order), Origin(head));
    }

    private void Refuse(ParsingEvent head)
    {
        if (head is AnchorAlias alias)
            throw new UserException($"The alias '*{alias.Value}' {Origin(head)} is not allowed; write the value out.");
        if (head is not NodeEvent node)
            throw new UserException($"Found {head.GetType().Name} {Origin(head)}; expected a value.");
        if (!node.Anchor.IsEmpty)
            throw new UserException($"The anchor '&{node.Anchor.Value}' {Origin(head)} is not allowed; write values out.");
        if (!node.Tag.IsEmpty)
            throw new UserException($"The tag '{node.Tag}' {Origin(head)} is not allowed; a value's type follows from its key.");
    }

    private void Expect<T>() where T : ParsingEvent
    {
        var found = Next();
        if (found is not T)
            throw new UserException($"Found {found.GetType().Name} {Origin(found)}; expected {typeof(T).Name}.");
    }

    private ParsingEvent Next()
    {
        try
        {
            if (_parser.MoveNext() && _parser.Current is { } next)
                return next;
        }
        catch (YamlException problem)
        {
            throw new UserException($"The YAML {Origin(problem.Start)} is malformed: {problem.Message.TrimEnd('.')}.", problem);
        }
        catch (Exception problem) when (problem is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // The scanner fails so on some malformed texts that it has no message for.
            throw new UserException($"The YAML {Origin(_parser.Current?.End ?? Mark.Empty)} is malformed, there or soon after.", problem);
        }
        throw new UserException($"The YAML of {_source} ends early.");
    }

    private NodeOrigin Origin(ParsingEvent parsed) => Origin(parsed.Start);

    private NodeOrigin Origin(Mark mark) => new(_source, _hasLines ? (int)mark.Line : 0);

    private static UserException TooLarge(string source) =>
        new($"The recipe '{source}' is larger than {MaximumBytes / (1 << 20)} MB.");
}
