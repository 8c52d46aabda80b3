namespace Anyformer.Torch.Generator.Methods;

/// <summary>How one result of an operator comes back to C#.</summary>
/// <param name="Type">Its C# type.</param>
/// <param name="Name">The element of the tuple, where there are several; null where the schema names none.</param>
/// <param name="Conversion">The method of <c>BoxedValue</c> that unboxes it; null where an argument comes back.</param>
/// <param name="WrittenArgument">The expression of the argument that was written to and comes back.</param>
public sealed record Result(string Type, string? Name, string? Conversion, string? WrittenArgument);
