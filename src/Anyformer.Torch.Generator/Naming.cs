using Microsoft.CodeAnalysis.CSharp;

namespace Anyformer.Torch.Generator;

/// <summary>From libtorch's snake case to .NET casing.</summary>
public static class Naming
{
    /// <summary>Words that libtorch writes as one and the field reads as several.</summary>
    private static readonly Dictionary<string, string> Compounds = new()
    {
        ["allclose"] = "AllClose",
        ["argmax"] = "ArgMax",
        ["argmin"] = "ArgMin",
        ["argsort"] = "ArgSort",
        ["bincount"] = "BinCount",
        ["cummax"] = "CumMax",
        ["cummin"] = "CumMin",
        ["cumprod"] = "CumProd",
        ["cumsum"] = "CumSum",
        ["isclose"] = "IsClose",
        ["isfinite"] = "IsFinite",
        ["isin"] = "IsIn",
        ["isinf"] = "IsInf",
        ["isnan"] = "IsNaN",
        ["logaddexp"] = "LogAddExp",
        ["logcumsumexp"] = "LogCumSumExp",
        ["logsumexp"] = "LogSumExp",
        ["matmul"] = "MatMul",
        ["movedim"] = "MoveDim",
        ["nan"] = "NaN",
        ["nanmean"] = "NaNMean",
        ["nansum"] = "NaNSum",
        ["randint"] = "RandInt",
        ["randperm"] = "RandPerm",
        ["searchsorted"] = "SearchSorted",
        ["topk"] = "TopK",
    };

    /// <summary><c>layer_norm</c> to <c>LayerNorm</c>, <c>add_</c> to <c>AddInPlace</c>.</summary>
    public static string Method(string name) => Pascal(name) + (name.EndsWith("_", StringComparison.Ordinal) ? "InPlace" : "");

    /// <summary><c>keep_dim</c> to <c>KeepDim</c>; a leading underscore is dropped.</summary>
    public static string Pascal(string name) => string.Concat(Words(name).Select(Capitalize));

    /// <summary><c>keep_dim</c> to <c>keepDim</c>, <c>A</c> to <c>a</c>.</summary>
    public static string Camel(string name)
    {
        var words = Words(name).ToArray();
        var first = words[0].Any(char.IsLower) ? char.ToLowerInvariant(words[0][0]) + words[0].Substring(1) : words[0].ToLowerInvariant();
        return first + string.Concat(words.Skip(1).Select(Capitalize));
    }

    /// <summary>The name as C# must write it: <c>params</c> to <c>@params</c>.</summary>
    public static string Escape(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;

    private static IEnumerable<string> Words(string name) => name.Split('_').Where(word => word.Length > 0);

    private static string Capitalize(string word) =>
        Compounds.TryGetValue(word, out var compound) ? compound : char.ToUpperInvariant(word[0]) + word.Substring(1);
}
