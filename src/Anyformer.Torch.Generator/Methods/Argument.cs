namespace Anyformer.Torch.Generator.Methods;

/// <summary>How one argument of an operator is taken from C# and handed over.</summary>
/// <param name="Name">In camel case, not escaped.</param>
/// <param name="Type">Its C# type.</param>
/// <param name="Default">The C# literal that stands for it when it is not given; null where it must be given.</param>
public abstract record Argument(string Name, string Type, string? Default)
{
    /// <summary>The name as C# code must write it.</summary>
    public string Identifier => Naming.Escape(Name);

    /// <summary>The parameter of the method; null where the argument is the object itself.</summary>
    public virtual string? Parameter => Default is null ? $"{Type} {Identifier}" : $"{Type} {Identifier} = {Default}";

    /// <summary>The statement that makes room for it before the call.</summary>
    public virtual string? Preparation => null;

    /// <summary>What stands in the parentheses of the <c>fixed</c> statement around the call.</summary>
    public virtual string? Pin => null;

    /// <summary>The expression that boxes it.</summary>
    public abstract string Boxed { get; }

    /// <summary>The statement after the call that keeps finalizers off it until then.</summary>
    public virtual string? KeepAlive => null;
}

/// <summary>The tensor whose method it is.</summary>
public sealed record SelfArgument() : Argument("self", "Tensor", Default: null)
{
    public override string? Parameter => null;

    public override string Boxed => "BoxedValue.From(this)";

    public override string KeepAlive => "GC.KeepAlive(this);";
}

/// <summary>One value that <c>BoxedValue.From</c> takes as it is.</summary>
public record ValueArgument(string Name, string Type, string? Default) : Argument(Name, Type, Default)
{
    public override string Boxed => $"BoxedValue.From({Identifier})";
}

/// <summary>A tensor or generator, which owns something native.</summary>
public sealed record ReferenceArgument(string Name, string Type, string? Default) : ValueArgument(Name, Type, Default)
{
    public override string KeepAlive => $"GC.KeepAlive({Identifier});";
}

/// <summary>A number of any type with a default, which only the operator can express: C# has no literal of type Scalar.</summary>
public sealed record DefaultedScalarArgument(string Name) : Argument(Name, "Scalar?", "null")
{
    public override string Boxed => $"{Identifier} is null ? BoxedValue.Default : BoxedValue.From({Identifier})";
}

/// <summary>Text.</summary>
public sealed record StringArgument(string Name, string Type, string? Default) : Argument(Name, Type, Default)
{
    public override string Preparation =>
        $"using var {Name}Buffer = new Utf8Buffer({Identifier}, stackalloc byte[Utf8Buffer.InlineSize]);";

    public override string Pin => $"byte* {Name}Pointer = {Name}Buffer";

    public override string Boxed => $"BoxedValue.String({Name}Pointer, {Name}Buffer.Count)";
}
