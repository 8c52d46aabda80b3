using System.Collections;
using System.Globalization;
using System.Reflection;
using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks;
using Anyformer.Blocks.Alternative;
using Anyformer.Blocks.Lightweight;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Recipes;

namespace Anyformer.Catalog.Usage;

/// <summary>Writes C# expressions that construct things with small sizes, and remembers the namespaces that they need.</summary>
internal sealed class SampleCode
{
    private const string Attention = "new MultiHeadAttention(64, 4, new SoftmaxAttention())";
    private const string Network = "new PositionwiseFeedForward(64, 256, Activations.Named(\"gelu\"))";
    private const string Norm = "new LayerNorm(64)";

    private static readonly Type[] s_ofBlocks =
        [typeof(MultiHeadAttention), typeof(SoftmaxAttention), typeof(PositionwiseFeedForward), typeof(Activations), typeof(LayerNorm), typeof(PreNorm)];

    /// <summary>What stands for a parameter of a type, and what else its text needs.</summary>
    private static readonly Dictionary<Type, (string Text, Type[] Uses)> s_samples = new()
    {
        [typeof(TokenMixer)] = (Attention, s_ofBlocks),
        [typeof(ChannelMixer)] = (Network, s_ofBlocks),
        [typeof(NormalizationLayer)] = (Norm, s_ofBlocks),
        [typeof(Wiring)] = ($"new PreNorm({Norm})", s_ofBlocks),
        [typeof(EncoderBlock)] = ($"new EncoderBlock({Attention}, new PreNorm({Norm}), {Network}, new PreNorm({Norm}))", s_ofBlocks),
        [typeof(ReversibleBlock)] = ($"new ReversibleBlock({Attention}, {Norm}, {Network}, {Norm})", s_ofBlocks),
        [typeof(Activation)] = ("Activations.Named(\"silu\")", [typeof(Activations)]),
        [typeof(IReadOnlyList<Sublayer>)] = ("SublayerOrder.Sandwich(layers: 4, slices: 2)", [typeof(SublayerOrder)]),
        [typeof(IReadOnlyList<GroupedMap>)] = ("GroupPlan.Dextra(inputs: 64, outputs: 64, widest: 128, depth: 4, mostGroups: 4)", [typeof(GroupPlan)]),
        [typeof(Part<NormalizationLayer>)] = ("Part<NormalizationLayer>.Of(\"layer-norm\")", [typeof(Part<>), typeof(NormalizationLayer)]),
    };

    /// <summary>Sizes by the names of parameters; others are 4.</summary>
    private static readonly Dictionary<string, int> s_sizes = new[]
    {
        ("width", 64), ("headWidth", 16), ("hiddenWidth", 256), ("inputWidth", 3), ("outputWidth", 16), ("tokens", 32), ("classes", 10), ("inputs", 64),
        ("outputs", 64), ("words", 100), ("vocabulary", 65), ("symbols", 65), ("limit", 128), ("channels", 3), ("axes", 2), ("height", 32),
        ("lookback", 96), ("horizon", 24), ("labelLength", 48), ("variates", 3), ("marks", 0), ("season", 24), ("recurrences", 1), ("layer", 0),
        ("protected", 1), ("layers", 2), ("step", 2), ("patience", 3), ("vectors", 0),
    }.ToDictionary(size => size.Item1, size => size.Item2, StringComparer.OrdinalIgnoreCase);

    /// <summary>Names by which a class of sizes means another size than others do.</summary>
    private static readonly Dictionary<(string Type, string Name), int> s_exceptions = new()
    {
        [("ImageShape", "Width")] = 32,
        [("SequenceShape", "Tokens")] = 64,
        [("SequenceShape", "Vocabulary")] = 20,
        [("LanguageShape", "Tokens")] = 64,
        [("SetTransformer", "outputs")] = 4,
        [("Perceiver", "outputs")] = 10,
    };

    private readonly SortedSet<string> _namespaces = new(StringComparer.Ordinal);

    /// <summary>The directives that everything written so far needs.</summary>
    public IEnumerable<string> Usings => _namespaces.Select(name => $"using {name};");

    /// <summary>The public ways to call a class, as signatures.</summary>
    public static IEnumerable<string> Calls(Type type) => type.GetMethods(BindingFlags.Public | BindingFlags.Instance)
        .Where(method => method.Name is "Call" or "Predict" or "Run" or "ExitsOf").OrderBy(method => method.GetParameters().Length)
        .Select(method => $"{Name(method.ReturnType)} {method.Name}({string.Join(", ", method.GetParameters().Select(Declaration))})");

    /// <summary>Makes a type known by its namespace.</summary>
    public void Use(Type type) => _namespaces.Add(type.Namespace!);

    /// <summary>An expression that constructs a class by its constructor of the catalog, or else by that of fewest parameters.</summary>
    public string New(Type type)
    {
        Use(type);
        var constructor = type.GetConstructors().OrderByDescending(TakesShape).ThenBy(candidate => candidate.GetParameters().Length).First();
        return $"new {Name(type)}({string.Join(", ", constructor.GetParameters().Where(parameter => !parameter.HasDefaultValue).Select(Argument))})";
    }

    private static bool TakesShape(ConstructorInfo constructor) =>
        constructor.GetParameters() is [var first, ..] && first.ParameterType.Name.EndsWith("Shape", StringComparison.Ordinal);

    private string Argument(ParameterInfo parameter)
    {
        var isNamed = parameter.ParameterType.IsPrimitive || Nullable.GetUnderlyingType(parameter.ParameterType) is not null;
        return isNamed ? $"{parameter.Name}: {Value(parameter)}" : Value(parameter);
    }

    private string Value(ParameterInfo parameter)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (type == typeof(bool))
            return "false";
        if (type == typeof(double))
            return parameter.Name is "dropout" or "Dropout" ? "0" : "0.9";
        if (type == typeof(int) || type == typeof(long))
            return Size(parameter).ToString(CultureInfo.InvariantCulture);
        return type == typeof(IReadOnlyList<int>) ? $"{parameter.Name}: {(parameter.Name == "widths" ? "[32, 32]" : "[16, 16]")}" : Sample(type);
    }

    private static int Size(ParameterInfo parameter) =>
        s_exceptions.TryGetValue((parameter.Member.DeclaringType!.Name, parameter.Name!), out var size) ? size : s_sizes.GetValueOrDefault(parameter.Name!, 4);

    private string Sample(Type type)
    {
        if (s_samples.TryGetValue(type, out var sample))
        {
            foreach (var used in sample.Uses.Append(type))
                Use(used);
            return sample.Text;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Func<>))
            return $"() => {Sample(type.GenericTypeArguments[0])}";
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>))
            return $"[{Sample(type.GenericTypeArguments[0])}, {Sample(type.GenericTypeArguments[0])}]";
        return type.Name.EndsWith("Options", StringComparison.Ordinal) ? Options(type) : New(type);
    }

    /// <summary>A small size where there is one, else the defaults.</summary>
    private string Options(Type type)
    {
        Use(type);
        var presets = type.GetProperty("Presets", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as IDictionary;
        return SmallPreset.Of(presets?.Keys.Cast<string>() ?? []) is { } small ? $"{type.Name}.Presets[\"{small}\"]" : $"new {type.Name}()";
    }

    private static string Declaration(ParameterInfo parameter) => !parameter.HasDefaultValue ? $"{Name(parameter.ParameterType)} {parameter.Name}"
        : parameter.DefaultValue is { } value ? $"{Name(parameter.ParameterType)} {parameter.Name} = {value}"
        : $"{Name(parameter.ParameterType).TrimEnd('?')}? {parameter.Name} = null";

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
            return $"{Name(value)}?";
        if (!type.IsGenericType)
            return type == typeof(int) ? "int" : type == typeof(long) ? "long" : type == typeof(double) ? "double" : type == typeof(bool) ? "bool" : type.Name;
        var arguments = string.Join(", ", type.GenericTypeArguments.Select(Name));
        return type.Name.StartsWith("ValueTuple", StringComparison.Ordinal) ? $"({arguments})" : $"{type.Name[..type.Name.IndexOf('`')]}<{arguments}>";
    }
}
