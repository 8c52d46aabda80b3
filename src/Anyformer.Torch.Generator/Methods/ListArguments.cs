namespace Anyformer.Torch.Generator.Methods;

// In all of these, Element is the C# type of the elements and Factory the method of BoxedValue that boxes the list.

/// <summary>A list of numbers or flags; with a default, the empty list stands for it.</summary>
public sealed record SpanArgument(string Name, string Element, string Factory, string? Default)
    : Argument(Name, $"ReadOnlySpan<{Element}>", Default)
{
    public override string Pin => $"{Element}* {Name}Pointer = {Identifier}";

    public override string Boxed => Default is null ? List : $"{Identifier}.IsEmpty ? BoxedValue.Default : {List}";

    private string List => $"BoxedValue.{Factory}({Name}Pointer, {Identifier}.Length)";
}

/// <summary>A list of numbers or flags that may be absent, which an empty list is not.</summary>
public sealed record OptionalListArgument(string Name, string Element, string Factory, string? Default)
    : Argument(Name, $"{Element}[]?", Default)
{
    public override string Pin => $"{Element}* {Name}Pointer = {Identifier}";

    public override string Boxed =>
        $"{Identifier} is null ? BoxedValue.None : BoxedValue.{Factory}({Name}Pointer, {Identifier}.Length)";
}

/// <summary>One number for all <paramref name="Size"/> elements of a list.</summary>
public sealed record RepeatedNumberArgument(string Name, string Element, string Factory, int Size, string? Default)
    : Argument(Name, Default is null ? Element : $"{Element}?", Default)
{
    public override string Preparation => $"{Element}* {Name}Pointer = stackalloc {Element}[] {{ {Elements} }};";

    public override string Boxed => Default is null ? List : $"{Identifier} is null ? BoxedValue.Default : {List}";

    private string List => $"BoxedValue.{Factory}({Name}Pointer, {Size})";

    private string Elements =>
        string.Join(", ", Enumerable.Repeat(Default is null ? Identifier : $"{Identifier}.GetValueOrDefault()", Size));
}

/// <summary>A list of tensors.</summary>
public sealed record TensorListArgument(string Name, string Element, string Factory, string? Default)
    : Argument(Name, $"ReadOnlySpan<{Element}>", Default)
{
    public override string Preparation =>
        $"using var {Name}Buffer = new HandleBuffer({Identifier}!, stackalloc nint[HandleBuffer.InlineSize]);";

    public override string Pin => $"nint* {Name}Pointer = {Name}Buffer";

    public override string Boxed => Default is null ? List : $"{Identifier}.IsEmpty ? BoxedValue.Default : {List}";

    public override string KeepAlive => $"foreach (var element in {Identifier}) GC.KeepAlive(element);";

    private string List => $"BoxedValue.{Factory}({Name}Pointer, {Name}Buffer.Count)";
}
