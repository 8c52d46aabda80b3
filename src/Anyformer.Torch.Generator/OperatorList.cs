using Anyformer.Torch.Generator.Methods;
using Anyformer.Torch.Generator.Schemas;
using Microsoft.CodeAnalysis.Text;

namespace Anyformer.Torch.Generator;

/// <summary>What the list of operators says: methods to generate, and errors.</summary>
public sealed record OperatorList(EquatableArray<Method> Methods, EquatableArray<Problem> Problems)
{
    /// <summary>Reads the list: a schema a line, blank lines, and comments after <c>#</c>.</summary>
    public static OperatorList Parse(string path, SourceText text, CancellationToken cancellation)
    {
        var methods = new List<Method>();
        var problems = new List<Problem>();
        var signatures = new HashSet<string>();
        foreach (var line in text.Lines)
        {
            cancellation.ThrowIfCancellationRequested();
            var content = text.ToString(line.Span);
            if (string.IsNullOrWhiteSpace(content) || content.TrimStart()[0] == '#')
                continue;
            try
            {
                methods.AddRange(ParseLine(content, signatures));
            }
            catch (SchemaException error)
            {
                problems.Add(CreateProblem(error, path, text, line));
            }
        }

        return new OperatorList(new(methods), new(problems));
    }

    private static List<Method> ParseLine(string line, HashSet<string> signatures)
    {
        var methods = MethodFactory.Create(SchemaParser.Parse(line)).ToList();
        foreach (var method in methods)
            if (!signatures.Add(method.Signature))
                throw new SchemaException(
                    ProblemKind.Duplicate, $"{method.Signature} is already there; expected another name, given with '=> Name'", column: 0);
        return methods;
    }

    private static Problem CreateProblem(SchemaException error, string path, SourceText text, TextLine line)
    {
        var span = TextSpan.FromBounds(Math.Min(line.Start + error.Column, line.End), line.End);
        return new Problem(error.Kind, error.Message, path, span, text.Lines.GetLinePositionSpan(span));
    }
}
