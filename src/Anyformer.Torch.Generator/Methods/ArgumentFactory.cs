using Anyformer.Torch.Generator.Schemas;

namespace Anyformer.Torch.Generator.Methods;

/// <summary>Chooses how an argument of a schema is taken from C#.</summary>
internal static class ArgumentFactory
{
    private static readonly Dictionary<string, string> Values = new()
    {
        ["int"] = "long",
        ["SymInt"] = "long",
        ["float"] = "double",
        ["bool"] = "bool",
        ["Scalar"] = "Scalar",
        ["ScalarType"] = "DType",
        ["Layout"] = "Layout",
        ["MemoryFormat"] = "MemoryFormat",
        ["Device"] = "Device",
        ["Tensor"] = "Tensor",
        ["Generator"] = "Generator",
        ["str"] = "string",
    };

    private static readonly Dictionary<string, string> ListFactories = new()
    {
        ["long"] = "IntList",
        ["double"] = "DoubleList",
        ["bool"] = "BoolList",
    };

    /// <exception cref="SchemaException">The type or the default has no C# counterpart.</exception>
    public static Argument Create(SchemaArgument argument)
    {
        var element = Values.TryGetValue(argument.Type.Element, out var type) ? type : throw UnsupportedType(argument);
        var name = Naming.Camel(argument.Name);
        return argument.Type.IsList ? CreateList(argument, name, element) : CreateValue(argument, name, element);
    }

    /// <summary>True for a list of numbers of fixed length, such as <c>int[2]</c>: PyTorch lets one number stand for all.</summary>
    public static bool MayBeOneNumber(SchemaArgument argument) => argument.Type is { Element: "int" or "SymInt", Size: not null };

    /// <summary>The argument as one number, where it may be.</summary>
    public static Argument CreateNumber(SchemaArgument argument) => MayBeOneNumber(argument)
        ? new RepeatedNumberArgument(
            Naming.Camel(argument.Name), "long", ListFactories["long"], argument.Type.Size!.Value, argument.Default is null ? null : "null")
        : Create(argument);

    private static Argument CreateValue(SchemaArgument argument, string name, string element)
    {
        if (argument is { Type: { Element: "Scalar", IsOptional: false }, Default: not null })
            return new DefaultedScalarArgument(name);
        var type = argument.Type.IsOptional ? element + "?" : element;
        var value = Literals.ToCSharp(argument, element);
        return element switch
        {
            "string" => new StringArgument(name, type, value),
            "Tensor" or "Generator" => new ReferenceArgument(name, type, value),
            _ => new ValueArgument(name, type, value),
        };
    }

    private static Argument CreateList(SchemaArgument argument, string name, string element)
    {
        var value = argument.Default is null ? null : "default";
        if (element == "Tensor" && !argument.Type.IsOptional)
            return argument.Type.ElementIsOptional
                ? new TensorListArgument(name, "Tensor?", "OptionalTensorList", value)
                : new TensorListArgument(name, "Tensor", "TensorList", value);
        if (argument.Type.ElementIsOptional || !ListFactories.TryGetValue(element, out var factory))
            throw UnsupportedType(argument);
        return argument.Type.IsOptional
            ? new OptionalListArgument(name, element, factory, Literals.ToCSharp(argument, element))
            : new SpanArgument(name, element, factory, value);
    }

    private static SchemaException UnsupportedType(SchemaArgument argument) => new(
        ProblemKind.Unsupported,
        $"argument '{argument.Name}' has type '{argument.Type.Text}'; expected {string.Join(", ", Values.Keys)}, an optional of these, " +
        "or a list of Tensor, int, SymInt, float or bool",
        argument.Column);
}
