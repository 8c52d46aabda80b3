using Anyformer.Attention;
using Anyformer.Attention.Kernels;
using Anyformer.Models.Forecasting;
using Anyformer.Models.Vision;

namespace Anyformer.Catalog;

/// <summary>The symbols that mean the same in the formulas of all methods, of a kind where a kind has its own.</summary>
public static class Notation
{
    private static readonly (Type? Kind, string Symbol, string Meaning)[] s_symbols =
    [
        (typeof(Forecaster), "X", "history, (batch, look-back, variates)"),
        (typeof(Forecaster), "Y", "forecast, (batch, horizon, variates)"),
        (typeof(ImageClassifier), "X", "images, (batch, channels, height, width)"),
        (typeof(ImageClassifier), "y", "scores, (batch, classes)"),
        (typeof(AttentionFunction), "Y", "contexts, (batch, heads, queries, d)"),
        (typeof(AttentionFunction), "y", "one context, (d)"),
        (typeof(FeatureMap), "x", "one query or key, (d)"),
        (null, "X", "tokens, (batch, tokens, width)"),
        (null, "Y", "result, (batch, tokens, width)"),
        (null, "x", "one token, (width)"),
        (null, "y", "what becomes of it, (width)"),
        (null, "Q", "queries, (batch, heads, queries, d)"),
        (null, "K", "keys, (batch, heads, keys, d)"),
        (null, "V", "values, (batch, heads, keys, d)"),
        (null, "q", "one query, (d)"),
        (null, "k", "one key, (d)"),
        (null, "v", "one value, (d)"),
        (null, "S", "scores, (batch, heads, queries, keys)"),
        (null, "A", "weights, (batch, heads, queries, keys)"),
        (null, "W_q", "projection to queries, (width, heads · d)"),
        (null, "W_k", "projection to keys, (width, heads · d)"),
        (null, "W_v", "projection to values, (width, heads · d)"),
        (null, "W_o", "projection of the joined heads, (heads · d, width)"),
        (null, "φ", "features of a query or key, (features)"),
        (null, "f", "sublayer, (batch, tokens, width) to the same"),
        (null, "i", "place of a query"),
        (null, "j", "place of a key"),
        (null, "t", "place of a token"),
        (null, "p", "position of a token, from 0"),
        (null, "n", "number of tokens"),
        (null, "d", "width of a head"),
        (null, "h", "number of heads"),
        (null, "D", "width of a token"),
        (null, "l", "layer"),
        (null, "L", "number of layers"),
        (null, "σ", "sigmoid"),
        (null, "ε", "small constant"),
    ];

    /// <summary>What a symbol means in the formula of a class; null of one that has no meaning of its own.</summary>
    public static string? Meaning(string symbol, Type type) =>
        s_symbols.Where(known => known.Symbol == symbol && known.Kind?.IsAssignableFrom(type) != false).Select(known => known.Meaning).FirstOrDefault();
}
