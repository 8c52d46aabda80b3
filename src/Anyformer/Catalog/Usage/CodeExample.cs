using Anyformer.Attention;
using Anyformer.Attention.Kernels;
using Anyformer.FeedForward;
using Anyformer.Models.Forecasting;
using Anyformer.Models.Language;
using Anyformer.Models.Sequences;
using Anyformer.Models.Vision;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.TokenReduction;

namespace Anyformer.Catalog.Usage;

/// <summary>How a program makes a method and calls it.</summary>
public static class CodeExample
{
    private const string Tokens = "var tokens = Functional.Randn([2, 32, 64]);   // (batch, tokens, width)";
    private const string Heads = $"var (queries, keys, values) = ({Head}, {Head}, {Head});";
    private const string Head = "Functional.Randn([2, 4, 32, 16])";

    /// <summary>For each role, the kind of class that plays it, the name of its variable, and what is done with it.</summary>
    private static readonly (Type Kind, string Name, Type[] Uses, string[] Lines)[] s_roles =
    [
        (typeof(Forecaster), "model", [typeof(ForecastInput), typeof(Torch.Functional)],
            ["var forecast = model.Call(new ForecastInput(Functional.Randn([2, 96, 3])));   // (batch, look-back, variates) to (batch, horizon, variates)"]),
        (typeof(SequenceClassifier), "model", [typeof(Torch.Functional)],
            ["var scores = model.Call(Functional.RandInt(20, [2, 64]));   // (batch, tokens) to (batch, classes)"]),
        (typeof(ImageClassifier), "model", [typeof(Torch.Functional)],
            ["var scores = model.Call(Functional.Randn([2, 3, 32, 32]));   // (batch, channels, height, width) to (batch, classes)"]),
        (typeof(TextModel), "model", [typeof(Torch.Functional)],
            ["var scores = model.Call(Functional.RandInt(65, [2, 64]));   // (batch, tokens) to (batch, tokens, vocabulary)"]),
        (typeof(SequenceToSequenceModel), "model", [typeof(Torch.Functional)],
            ["var scores = model.Call(Functional.RandInt(65, [2, 32]), Functional.RandInt(65, [2, 32]));   // to (batch, tokens, vocabulary)"]),
        (typeof(CrossMixer), "mixer", [typeof(Torch.Functional)],
            [Tokens, "var context = Functional.Randn([2, 24, 64]);", "var mixed = mixer.Call(tokens, context, mask: null);   // (batch, tokens, width)"]),
        (typeof(TokenMixer), "mixer", [typeof(Torch.Functional)], [Tokens, "var mixed = mixer.Call(tokens);   // the same"]),
        (typeof(AttentionFunction), "attention", [typeof(Torch.Functional)],
            [Heads, "var contexts = attention.Call(queries, keys, values);   // (batch, heads, tokens, head width)"]),
        (typeof(FeatureMap), "map", [typeof(Torch.Functional)],
            [Heads, "var (asking, answering) = map.Call(queries, keys);   // (batch, heads, tokens, features)"]),
        (typeof(KeyValueReducer), "reducer", [typeof(Torch.Functional)],
            [Heads, "var (fewerKeys, fewerValues, _) = reducer.Call(keys, values);   // (batch, heads, slots, head width)"]),
        (typeof(ScoreModifier), "modifier", [typeof(Torch.Functional), typeof(Attention.Softmax.ModifiedAttention)],
            [Heads, "var contexts = new ModifiedAttention([modifier]).Call(queries, keys, values);   // (batch, heads, tokens, head width)"]),
        (typeof(PositionEncoding), "positions", [typeof(Torch.Functional)],
            [Tokens, Heads, "tokens = positions.CallTokens(tokens);", "(queries, keys) = (positions.CallQueries(queries), positions.CallKeys(keys));"]),
        (typeof(ChannelMixer), "mixer", [typeof(Torch.Functional)], [Tokens, "var mixed = mixer.Call(tokens);   // the same"]),
        (typeof(NormalizationLayer), "norm", [typeof(Torch.Functional)], [Tokens, "var normed = norm.Call(tokens);   // the same"]),
        (typeof(TokenReducer), "reducer", [typeof(Torch.Functional)],
            [Tokens, "var fewer = reducer.Call(new ReducedTokens(tokens), tokens).Tokens;   // (batch, fewer tokens, width)"]),
        (typeof(Blocks.Wiring), "wiring", [typeof(Torch.Functional)],
            [Tokens, "var wired = wiring.Call(tokens, x => x * 2);   // the sublayer: (batch, tokens, width) to the same"]),
    ];

    /// <summary>C# that makes the method with small sizes and, when it plays a role, calls it; of an architecture, how it is to be called.</summary>
    public static string Of(CatalogEntry entry)
    {
        var code = new SampleCode();
        var role = entry.IsPart ? s_roles.First(role => role.Kind.IsAssignableFrom(entry.Type)) : default;
        var made = $"var {role.Name ?? "part"} = {code.New(entry.Type)};";
        foreach (var type in role.Uses ?? [])
            code.Use(type);
        return string.Join('\n', [.. code.Usings, "", made, .. role.Lines ?? SampleCode.Calls(entry.Type).Select(call => $"// {call}")]);
    }
}
