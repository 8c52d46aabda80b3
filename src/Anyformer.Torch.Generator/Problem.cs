using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Anyformer.Torch.Generator;

/// <summary>One error in the list of operators, kept as plain values until the compiler wants a diagnostic.</summary>
public sealed record Problem(ProblemKind Kind, string Message, string Path, TextSpan Span, LinePositionSpan Lines)
{
    private static readonly DiagnosticDescriptor Malformed = Describe("ANYTORCH001", "Malformed operator schema");
    private static readonly DiagnosticDescriptor Unsupported = Describe("ANYTORCH002", "Unsupported operator schema");
    private static readonly DiagnosticDescriptor Duplicate = Describe("ANYTORCH003", "Two operators become the same C# method");

    public Diagnostic ToDiagnostic() => Diagnostic.Create(Descriptor, Location.Create(Path, Span, Lines), Message);

    private DiagnosticDescriptor Descriptor => Kind switch
    {
        ProblemKind.Malformed => Malformed,
        ProblemKind.Unsupported => Unsupported,
        _ => Duplicate,
    };

    private static DiagnosticDescriptor Describe(string id, string title) =>
        new(id, title, title + ": {0}", "Anyformer.Torch", DiagnosticSeverity.Error, isEnabledByDefault: true);
}

public enum ProblemKind
{
    /// <summary>The line is not a schema.</summary>
    Malformed,

    /// <summary>The line is a schema of something that has no C# counterpart here.</summary>
    Unsupported,

    /// <summary>Name and parameter types were already taken by an earlier line.</summary>
    Duplicate,
}
