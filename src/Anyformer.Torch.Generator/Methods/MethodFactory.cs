using Anyformer.Torch.Generator.Schemas;

namespace Anyformer.Torch.Generator.Methods;

/// <summary>Turns schemas into the C# methods that call them.</summary>
public static class MethodFactory
{
    private static readonly Dictionary<string, (string Type, string Conversion)> ResultTypes = new()
    {
        ["Tensor"] = ("Tensor", "ToTensor"),
        ["int"] = ("long", "ToInt64"),
        ["SymInt"] = ("long", "ToInt64"),
        ["float"] = ("double", "ToDouble"),
        ["bool"] = ("bool", "ToBoolean"),
        ["Scalar"] = ("Scalar", "ToScalar"),
    };

    /// <summary>The method of an operator, and a second one where single numbers may stand for its lists.</summary>
    /// <exception cref="SchemaException">Something in the schema has no C# counterpart.</exception>
    public static IEnumerable<Method> Create(Schema schema)
    {
        var arguments = CreateArguments(schema, ArgumentFactory.Create);
        // A literal 0 converts to any enum, so Prod(0) could mean an element type: methods that may take one first give way.
        var first = arguments.Find(argument => argument.Parameter is not null);
        var priority = first is { Type: "DType?" or "Layout?" or "MemoryFormat?", Default: not null } ? -1 : 0;
        yield return CreateMethod(schema, arguments, $"<c>{Escape(schema.Text)}</c>", priority);
        if (!schema.Arguments.Any(ArgumentFactory.MayBeOneNumber))
            yield break;
        var documentation = $"<c>{Escape(schema.Text)}</c>, with one number for every element of a list.";
        yield return CreateMethod(schema, CreateArguments(schema, ArgumentFactory.CreateNumber), documentation, priority: 1);
    }

    private static Method CreateMethod(Schema schema, List<Argument> arguments, string documentation, int priority)
    {
        var name = schema.MethodName ?? Naming.Method(schema.BaseName);
        var results = schema.Results.Select(result => CreateResult(schema, result, arguments));
        return new Method(name, schema.Name, schema.Overload, new(arguments), new(results), documentation, priority);
    }

    private static List<Argument> CreateArguments(Schema schema, Func<SchemaArgument, Argument> create)
    {
        var arguments = schema.Arguments
            .Select((argument, index) => IsSelf(argument, index) ? new SelfArgument() : create(argument)).ToList();
        // C# wants what must be given before what may be left out.
        var lastRequired = arguments.FindLastIndex(argument => argument.Default is null);
        for (var i = 0; i < lastRequired; i++)
            arguments[i] = arguments[i] with { Default = null };
        return arguments;
    }

    private static bool IsSelf(SchemaArgument argument, int index) =>
        index == 0 && argument is { Name: "self", Type: { Element: "Tensor", IsList: false, IsOptional: false } };

    private static Result CreateResult(Schema schema, SchemaResult result, List<Argument> arguments)
    {
        var name = result.Name is null ? null : Naming.Pascal(result.Name);
        if (result.Type.IsWritten)
            return new Result("Tensor", name, null, FindWritten(schema, result, arguments));
        if (result.Type is { Element: "Tensor", IsList: true, ElementIsOptional: false, IsOptional: false })
            return new Result("Tensor[]", name, "ToTensorArray", null);
        if (result.Type is { Element: "Tensor", IsList: false, IsOptional: true })
            return new Result("Tensor?", name, "ToOptionalTensor", null);
        if (result.Type is { IsList: false, IsOptional: false } && ResultTypes.TryGetValue(result.Type.Element, out var known))
            return new Result(known.Type, name, known.Conversion, null);
        throw new SchemaException(
            ProblemKind.Unsupported,
            $"a result has type '{result.Type.Text}'; expected {string.Join(", ", ResultTypes.Keys)}, Tensor? or Tensor[]",
            result.Column);
    }

    private static string FindWritten(Schema schema, SchemaResult result, List<Argument> arguments)
    {
        var isTensor = result.Type is { Element: "Tensor", IsList: false, IsOptional: false };
        for (var i = 0; isTensor && i < arguments.Count; i++)
            if (schema.Arguments[i].Type is { Element: "Tensor", IsList: false, IsOptional: false } type && type.Alias == result.Type.Alias)
                return arguments[i] is SelfArgument ? "this" : arguments[i].Identifier;
        throw new SchemaException(
            ProblemKind.Unsupported,
            $"a result has type '{result.Type.Text}'; expected a Tensor argument with the alias '{result.Type.Alias}' that it returns",
            result.Column);
    }

    private static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
