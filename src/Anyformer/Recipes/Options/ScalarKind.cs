using System.Globalization;
using Anyformer.Recipes.Yaml;

namespace Anyformer.Recipes.Options;

/// <summary>An option of one value: a number, a truth value, text or a duration.</summary>
internal sealed class ScalarKind(string expected, Func<RecipeScalar, object?> read, Func<object, RecipeScalar> write) : OptionKind
{
    private static readonly Dictionary<Type, ScalarKind> s_kinds = new()
    {
        [typeof(int)] = new("a whole number", ReadInt, WritePlain),
        [typeof(long)] = new("a whole number", scalar => scalar.IsText ? null : ScalarSyntax.ReadWhole(scalar.Text), WritePlain),
        [typeof(double)] = new("a number", scalar => scalar.IsText ? null : ScalarSyntax.ReadNumber(scalar.Text), WriteDouble),
        [typeof(bool)] = new("true or false", scalar => scalar.IsText ? null : ScalarSyntax.ReadBool(scalar.Text), WriteBool),
        [typeof(string)] = new("text", scalar => scalar.IsNull ? null : scalar.Text, WriteText),
        [typeof(TimeSpan)] = new("a duration such as 90s, 2m or 1h30m", scalar => Duration.Read(scalar.Text), WriteDuration),
    };

    public override string Expected => expected;

    public static ScalarKind? Find(Type type) => s_kinds.GetValueOrDefault(type);

    public override object Read(RecipeNode node, string path, object? inherited) =>
        node is RecipeScalar scalar && read(scalar) is { } value ? value : throw Wrong(node, path);

    public override RecipeNode Write(object value) => write(value);

    private static object? ReadInt(RecipeScalar scalar) =>
        !scalar.IsText && ScalarSyntax.ReadWhole(scalar.Text) is >= int.MinValue and <= int.MaxValue and var whole ? (int)whole : null;

    private static RecipeScalar WriteText(object value) => RecipeScalar.Quoted((string)value, NodeOrigin.Defaults);

    private static RecipeScalar WriteDuration(object value) => RecipeScalar.Plain(Duration.Write((TimeSpan)value), NodeOrigin.Defaults);

    private static RecipeScalar WriteDouble(object value) => RecipeScalar.Plain(ScalarSyntax.Write((double)value), NodeOrigin.Defaults);

    private static RecipeScalar WriteBool(object value) => RecipeScalar.Plain((bool)value ? "true" : "false", NodeOrigin.Defaults);

    private static RecipeScalar WritePlain(object value) =>
        RecipeScalar.Plain(Convert.ToString(value, CultureInfo.InvariantCulture)!, NodeOrigin.Defaults);
}
