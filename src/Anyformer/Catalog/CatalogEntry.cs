using System.Reflection;
using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.FeedForward;
using Anyformer.Models.Forecasting;
using Anyformer.Normalization;

namespace Anyformer.Catalog;

/// <summary>One method of the catalog.</summary>
public sealed class CatalogEntry
{
    private static readonly Type[] s_roles =
        [typeof(Forecaster), typeof(TokenMixer), typeof(AttentionFunction), typeof(ChannelMixer), typeof(NormalizationLayer), typeof(Wiring)];

    private readonly MethodAttribute _method;

    internal CatalogEntry(Type type, MethodAttribute method) => (Type, _method) = (type, method);

    /// <summary>The class that implements the method.</summary>
    public Type Type { get; }

    /// <inheritdoc cref="MethodAttribute.Id"/>
    public string Id => _method.Id;

    /// <inheritdoc cref="MethodAttribute.Name"/>
    public string Name => _method.Name;

    /// <inheritdoc cref="MethodAttribute.Family"/>
    public string Family => _method.Family;

    /// <inheritdoc cref="MethodAttribute.Year"/>
    public int Year => _method.Year;

    /// <inheritdoc cref="MethodAttribute.Paper"/>
    public string Paper => _method.Paper;

    /// <inheritdoc cref="MethodAttribute.Complexity"/>
    public string Complexity => _method.Complexity;

    /// <summary>The vocabulary types that the method can stand in for, <c>Forecaster</c> or <c>TokenMixer</c> say.</summary>
    public IReadOnlyList<string> Roles => [.. s_roles.Where(role => Type.IsAssignableTo(role)).Select(role => role.Name)];

    /// <summary>The record of options that the method's constructor takes last; null when it has none.</summary>
    public Type? OptionsType => Constructor.GetParameters().LastOrDefault()?.ParameterType is { IsValueType: false } type && type.Name.EndsWith("Options", StringComparison.Ordinal) ? type : null;

    private ConstructorInfo Constructor => Type.GetConstructors().MinBy(constructor => constructor.GetParameters().Length)!;

    /// <summary>Builds a forecaster of a shape; <paramref name="options"/> is a record of <see cref="OptionsType"/>.</summary>
    /// <exception cref="UserException">The options contradict each other or the shape.</exception>
    public Forecaster BuildForecaster(ForecastShape shape, object options)
    {
        try
        {
            return (Forecaster)Constructor.Invoke([shape, options]);
        }
        catch (TargetInvocationException exception) when (exception.InnerException is UserException inner)
        {
            throw new UserException(inner.Message, inner);
        }
    }
}
