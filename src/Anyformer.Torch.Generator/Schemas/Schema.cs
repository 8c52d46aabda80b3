namespace Anyformer.Torch.Generator.Schemas;

/// <summary>An operator as libtorch declares it: <c>namespace::name.overload(arguments) -> results</c>.</summary>
/// <param name="Name">With its namespace: <c>aten::add_</c>.</param>
/// <param name="Overload">Empty for the nameless overload.</param>
/// <param name="Arguments">In schema order, keyword-only ones among them.</param>
/// <param name="Results">In schema order.</param>
/// <param name="MethodName">The C# name that the line asks for after <c>=></c>.</param>
/// <param name="Text">The schema as written, without that name.</param>
public sealed record Schema(
    string Name,
    string Overload,
    EquatableArray<SchemaArgument> Arguments,
    EquatableArray<SchemaResult> Results,
    string? MethodName,
    string Text)
{
    /// <summary><see cref="Name"/> without its namespace.</summary>
    public string BaseName => Name.Substring(Name.LastIndexOf(':') + 1);
}

/// <param name="Type">What it takes.</param>
/// <param name="Name">In snake case.</param>
/// <param name="Default">The literal as written; null where the argument must be given.</param>
/// <param name="Column">Where it starts in the line, for errors.</param>
public sealed record SchemaArgument(SchemaType Type, string Name, string? Default, int Column);

/// <param name="Type">What comes back.</param>
/// <param name="Name">In snake case; null where the schema gives none.</param>
/// <param name="Column">Where it starts in the line, for errors.</param>
public sealed record SchemaResult(SchemaType Type, string? Name, int Column);

/// <param name="Element">The name at its core, such as <c>Tensor</c> or <c>int</c>.</param>
/// <param name="Alias">What stands in parentheses, such as <c>a!</c>; null where nothing does.</param>
/// <param name="ElementIsOptional">In a list: its elements may be absent.</param>
/// <param name="IsList">A list of elements.</param>
/// <param name="Size">In <c>int[2]</c>, 2: the length of the list, which one number may stand for.</param>
/// <param name="IsOptional">The whole may be absent.</param>
/// <param name="Text">As written.</param>
public sealed record SchemaType(
    string Element, string? Alias, bool ElementIsOptional, bool IsList, int? Size, bool IsOptional, string Text)
{
    /// <summary>The operator writes to it.</summary>
    public bool IsWritten => Alias?.Contains('!') == true;
}
