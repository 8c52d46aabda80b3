using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Anyformer.Recipes.Options;

/// <summary>The keys of an options record, base record first, each in the order of its declaration.</summary>
internal sealed class OptionSchema
{
    private readonly ConstructorInfo? _constructor;
    private readonly Type _type;

    public OptionSchema(Type type)
    {
        _type = type;
        _constructor = type.GetConstructors().OrderBy(candidate => candidate.GetParameters().Length).FirstOrDefault();
        var parameters = _constructor?.GetParameters() ?? [];
        Options = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(property => (Property: property, Parameter: parameters.FirstOrDefault(parameter => parameter.Name == property.Name)))
            .Where(pair => pair.Parameter is not null || pair.Property.SetMethod is { IsPublic: true })
            .OrderBy(pair => Depth(pair.Property.DeclaringType!)).ThenBy(pair => pair.Property.MetadataToken)
            .Select(pair => new Option(pair.Property, pair.Parameter))];
        Parameters = [.. Options.Where(option => option.Parameter is not null).OrderBy(option => option.Parameter!.Position)];
        if (Parameters.Count != parameters.Length)
            throw new NotSupportedException($"The constructor of {type} takes what is not one of its properties.");
    }

    public IReadOnlyList<Option> Options { get; }

    /// <summary>The options that the constructor takes, in its order.</summary>
    public IReadOnlyList<Option> Parameters { get; }

    public object Construct(object?[] arguments) => _constructor is null
        ? Activator.CreateInstance(_type)!
        : _constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null);

    private static int Depth(Type type) => type.BaseType is { } parent ? Depth(parent) + 1 : 0;
}

/// <summary>One key of an options record.</summary>
internal sealed class Option(PropertyInfo property, ParameterInfo? parameter)
{
    public PropertyInfo Property => property;

    /// <summary>The primary constructor's parameter of the property, if it has one.</summary>
    public ParameterInfo? Parameter => parameter;

    public string Key { get; } = JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name);

    public OptionKind Kind { get; } = OptionKind.Of(property);

    public bool IsRequired { get; } = parameter is { HasDefaultValue: false } || property.IsDefined(typeof(RequiredMemberAttribute));

    public string Description { get; } = property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "";

    public IReadOnlyList<ValidationAttribute> Rules { get; } = [.. property.GetCustomAttributes<ValidationAttribute>()];

    public object? ParameterDefault => parameter is not { HasDefaultValue: true, DefaultValue: var value } ? null
        : value is null && Nullable.GetUnderlyingType(parameter.ParameterType) is null && parameter.ParameterType.IsValueType
            ? Activator.CreateInstance(parameter.ParameterType)
        : value is not null && EnumOf(parameter.ParameterType) is { } type ? Enum.ToObject(type, value)
        : value;

    public void Set(object target, object? value) =>
        property.SetMethod!.Invoke(target, BindingFlags.DoNotWrapExceptions, null, [value], null);

    private static Type? EnumOf(Type type) => (Nullable.GetUnderlyingType(type) ?? type) is { IsEnum: true } found ? found : null;
}
