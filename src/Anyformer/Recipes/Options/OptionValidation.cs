using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Anyformer.Recipes.Yaml;

namespace Anyformer.Recipes.Options;

/// <summary>
/// The rules that an options record declares by <see cref="System.ComponentModel.DataAnnotations"/>: attributes on one property
/// (a <see cref="RangeAttribute"/> on a list holds for each element) and <see cref="IValidatableObject"/> for rules between properties.
/// </summary>
internal static class OptionValidation
{
    public static void Check(object options, OptionSchema schema, RecipeMapping mapping, string path)
    {
        foreach (var option in schema.Options)
            foreach (var rule in option.Rules)
                Check(rule, option, option.Property.GetValue(options), mapping, path);
        if (options is not IValidatableObject validatable)
            return;
        if (validatable.Validate(new ValidationContext(options)).FirstOrDefault() is { ErrorMessage: var message })
            throw new UserException($"{OptionPath.Value(path)} {mapping.Origin} is wrong: {message}.");
    }

    /// <summary>What a range allows, in a few words of a sentence.</summary>
    public static string Describe(RangeAttribute range)
    {
        var (minimum, maximum) = Bounds(range);
        var from = (range.MinimumIsExclusive ? "more than " : "at least ") + Text(minimum);
        var to = (range.MaximumIsExclusive ? "less than " : "at most ") + Text(maximum);
        return IsOpen(maximum) ? from : IsOpen(minimum) ? to : $"{from} and {to}";
    }

    private static void Check(ValidationAttribute rule, Option option, object? value, RecipeMapping mapping, string path)
    {
        var origin = (mapping.TryGet(option.Key, out var node) ? node : mapping).Origin;
        var name = $"'{OptionPath.Join(path, option.Key)}' {origin}";
        if (rule is RangeAttribute range)
        {
            foreach (var item in value is IEnumerable items and not string ? items.Cast<object?>() : [value])
                if (item is not null && !IsIn(range, Number(item)))
                    throw new UserException($"{name} is {Text(Number(item))}; expected {Describe(range)}.");
        }
        else if (!rule.IsValid(value))
        {
            throw new UserException($"{name} is wrong: {rule.FormatErrorMessage(option.Key).TrimEnd('.')}.");
        }
    }

    private static bool IsIn(RangeAttribute range, double value)
    {
        var (minimum, maximum) = Bounds(range);
        return (range.MinimumIsExclusive ? value > minimum : value >= minimum)
            && (range.MaximumIsExclusive ? value < maximum : value <= maximum);
    }

    private static (double Minimum, double Maximum) Bounds(RangeAttribute range) => (Number(range.Minimum), Number(range.Maximum));

    private static double Number(object value) =>
        value is TimeSpan duration ? duration.TotalSeconds : Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static bool IsOpen(double bound) => double.IsInfinity(bound) || Math.Abs(bound) is int.MaxValue or double.MaxValue;

    private static string Text(double value) => ScalarSyntax.Write(value);
}
