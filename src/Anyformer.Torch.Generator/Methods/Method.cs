namespace Anyformer.Torch.Generator.Methods;

/// <summary>A C# method to generate for an operator.</summary>
/// <param name="Name">Its C# name.</param>
/// <param name="Operator">The operator's name with its namespace.</param>
/// <param name="Overload">The operator's overload.</param>
/// <param name="Arguments">All arguments of the operator, in its order.</param>
/// <param name="Results">All results, in order.</param>
/// <param name="Documentation">The text of its summary.</param>
/// <param name="Priority">Methods of a higher priority win where C# could choose either.</param>
public sealed record Method(
    string Name,
    string Operator,
    string Overload,
    EquatableArray<Argument> Arguments,
    EquatableArray<Result> Results,
    string Documentation,
    int Priority)
{
    /// <summary>True for a method of <c>Tensor</c>, false for one of <c>Functional</c>.</summary>
    public bool IsInstance => Arguments.Count > 0 && Arguments[0] is SelfArgument;

    /// <summary>The field that holds the operator: its own name, as <c>add__Tensor</c>.</summary>
    public string Field
    {
        get
        {
            var name = Operator.Replace("aten::", "").Replace("::", "__");
            return Naming.Escape(Overload.Length == 0 ? name : $"{name}__{Overload}");
        }
    }

    /// <summary>What C# tells overloads apart by; nullable references do not count.</summary>
    public string Signature
    {
        get
        {
            var types = Arguments.Where(argument => argument.Parameter is not null).Select(ComparableType);
            return $"{(IsInstance ? "Tensor" : "Functional")}.{Name}({string.Join(", ", types)})";
        }
    }

    private static string ComparableType(Argument argument) => argument switch
    {
        ReferenceArgument or StringArgument => argument.Type.TrimEnd('?'),
        TensorListArgument => "ReadOnlySpan<Tensor>",
        OptionalListArgument list => $"{list.Element}[]",
        _ => argument.Type,
    };
}
