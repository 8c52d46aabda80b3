using System.Collections;
using System.Reflection;
using Anyformer.Attention;
using Anyformer.Attention.HeadInteractions;
using Anyformer.Attention.Kernels;
using Anyformer.Blocks;
using Anyformer.FeedForward;
using Anyformer.Models.Forecasting;
using Anyformer.Models.Language;
using Anyformer.Models.Sequences;
using Anyformer.Models.Vision;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Recipes.Yaml;
using Anyformer.TokenReduction;
using Module = Anyformer.Modules.Module;

namespace Anyformer.Catalog;

/// <summary>One method of the catalog.</summary>
public sealed class CatalogEntry
{
    private static readonly Type[] s_roles =
    [
        typeof(Forecaster), typeof(SequenceClassifier), typeof(ImageClassifier), typeof(LanguageModel), typeof(MaskedLanguageModel),
        typeof(SequenceToSequenceModel), typeof(TokenMixer), typeof(CrossMixer), typeof(HeadInteraction), typeof(AttentionFunction), typeof(FeatureMap),
        typeof(KeyValueReducer), typeof(ScoreModifier), typeof(PositionEncoding), typeof(ChannelMixer), typeof(NormalizationLayer), typeof(Wiring),
        typeof(TokenReducer),
    ];

    private static readonly Type[] s_shapes =
    [
        typeof(ForecastShape), typeof(SequenceShape), typeof(ImageShape), typeof(LanguageShape), typeof(TranslationShape), typeof(AttentionShape),
        typeof(TokenMixerShape), typeof(PositionShape), typeof(ChannelMixerShape), typeof(NormalizationShape), typeof(WiringShape),
        typeof(TokenReducerShape),
    ];

    private readonly MethodAttribute _method;

    internal CatalogEntry(Type type, MethodAttribute method) =>
        (Type, _method, Claims) = (type, method, type.GetCustomAttribute<ClaimsAttribute>());

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

    /// <inheritdoc cref="MethodAttribute.Aliases"/>
    public IReadOnlyList<string> Aliases => _method.Aliases;

    /// <inheritdoc cref="MethodAttribute.Complexity"/>
    public string Complexity => _method.Complexity;

    /// <summary>The system of parity cases that verify the method, if there are any.</summary>
    public string System => _method.System ?? Id;

    /// <summary>What is claimed of an attention mechanism; null of other methods.</summary>
    public ClaimsAttribute? Claims { get; }

    /// <summary>
    /// The vocabulary types that the method can stand in for, <c>Forecaster</c> or <c>TokenMixer</c> say. Of a method that plays none, what it is instead:
    /// <c>Model</c> or <c>Architecture</c>.
    /// </summary>
    public IReadOnlyList<string> Roles => IsPart
        ? [.. s_roles.Where(CanPlay).Select(role => role.Name)]
        : [Family.StartsWith("models/", StringComparison.Ordinal) ? "Model" : "Architecture"];

    /// <summary>Whether the method plays a role, so that the catalog can build it from sizes and options.</summary>
    public bool IsPart => RoleConstructor is not null;

    /// <summary>The record of options that the method's constructor takes; null when it has none.</summary>
    public Type? OptionsType => Type.GetConstructors().SelectMany(constructor => constructor.GetParameters()).Select(parameter => parameter.ParameterType)
        .FirstOrDefault(IsOptions);

    /// <summary>A record of <see cref="OptionsType"/> with every default; null when the method has no options.</summary>
    public object? DefaultOptions => OptionsType is { } type ? OptionBinder.Bind(RecipeMapping.Empty, type) : null;

    /// <summary>The constructor that takes the sizes of a role, and after them the options if there are any; null of a class that plays none.</summary>
    private ConstructorInfo? RoleConstructor => s_roles.Any(Type.IsAssignableTo) ? Type.GetConstructors().SingleOrDefault(TakesSizes) : null;

    /// <summary>The named sizes of the method: the static property <c>Presets</c> of its options record, by name.</summary>
    public IReadOnlyDictionary<string, object> Presets =>
        OptionsType?.GetProperty("Presets", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) is IDictionary presets
            ? presets.Keys.Cast<string>().ToDictionary(name => name, name => presets[name]!)
            : new Dictionary<string, object>();

    /// <summary>The options record that a recipe's section describes: a preset or the defaults, with what the section says over it.</summary>
    /// <exception cref="UserException">No such preset, an unknown key, or a value out of its range.</exception>
    public object BindOptions(ModelSection section)
    {
        var type = OptionsType ?? throw new InvalidOperationException($"The method {Id} takes no options record.");
        return section.Preset is { } preset
            ? OptionBinder.BindOver(Preset(preset), section.Options, "model.options")
            : OptionBinder.Bind(section.Options, type, "model.options");
    }

    private object Preset(string name) => Presets.TryGetValue(name, out var options) ? options
        : throw new UserException($"The model {Id} has no preset '{name}'; it has {(Presets.Count == 0 ? "none" : string.Join(", ", Presets.Keys))}.");

    /// <summary>Builds the method.</summary>
    /// <typeparam name="TRole">The role that it is to play.</typeparam>
    /// <param name="shape">The sizes of that role: a <see cref="ForecastShape"/> for forecasters, an <see cref="AttentionShape"/> for attention.</param>
    /// <param name="options">A record of <see cref="OptionsType"/>; null for a method without options.</param>
    /// <exception cref="UserException">The options contradict each other or the sizes, or the method plays no role.</exception>
    public TRole Build<TRole>(object shape, object? options) where TRole : Module
    {
        if (shape is TokenMixerShape mixer && IsFunctionOfMixer(typeof(TRole)))
            return (TRole)(Module)new MultiHeadAttention(mixer, new HeadFunction(new(Id, options), [], mixer.Position).Build(mixer.OfFunction));
        if (shape is TokenMixerShape { Position: { } position } && !TakesPositions)
            throw new UserException($"'{Id}' makes its queries and keys by itself, so positions of kind '{position.Kind}' cannot be worked into them; "
                + "take positions that are added to tokens, or an attention function.");
        if (shape is PositionShape positions && IsBiasOfPositions(typeof(TRole)))
            return (TRole)(Module)new PositionBias(Build<ScoreModifier>(new AttentionShape(positions.Heads, positions.HeadWidth, 0, positions.Tokens), options));
        var constructor = RoleConstructor
            ?? throw new UserException($"The catalog builds methods that play a role, and {Id} plays none: construct the class {Type.Name} instead.");
        try
        {
            return (TRole)constructor.Invoke(OptionsType is null ? [shape] : [shape, options]);
        }
        catch (TargetInvocationException exception) when (exception.InnerException is UserException inner)
        {
            throw new UserException(inner.Message, inner);
        }
    }

    /// <summary>
    /// Whether the method can stand in for a vocabulary type: as one itself, in the heads of multi-head attention, or as positions that change scores.
    /// </summary>
    internal bool CanPlay(Type role) => IsPart && (Type.IsAssignableTo(role) || IsFunctionOfMixer(role) || IsBiasOfPositions(role));

    private bool IsFunctionOfMixer(Type role) => (role == typeof(TokenMixer) || role == typeof(CrossMixer)) && Type.IsAssignableTo(typeof(AttentionFunction));

    private bool IsBiasOfPositions(Type role) =>
        role == typeof(PositionEncoding) && Type.IsAssignableTo(typeof(ScoreModifier)) && Family.StartsWith("positions/", StringComparison.Ordinal);

    /// <summary>Whether the mixer works positions into its queries, keys and scores.</summary>
    private bool TakesPositions => Type.IsAssignableTo(typeof(HeadInteraction)) || Type == typeof(ComposedAttention);

    private static bool TakesSizes(ConstructorInfo constructor) => constructor.GetParameters() is [var first, .. var rest]
        && s_shapes.Contains(first.ParameterType) && (rest.Length == 0 || (rest.Length == 1 && IsOptions(rest[0].ParameterType)));

    private static bool IsOptions(Type type) => type.Name.EndsWith("Options", StringComparison.Ordinal);
}
