namespace Anyformer.Torch.Generator.Schemas;

/// <summary>A line that cannot become a method: why, and at which of its columns (from 0).</summary>
public sealed class SchemaException(ProblemKind kind, string message, int column) : Exception(message)
{
    public ProblemKind Kind { get; } = kind;

    public int Column { get; } = column;
}
