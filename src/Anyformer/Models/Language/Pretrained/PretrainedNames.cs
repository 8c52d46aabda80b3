using Anyformer.Torch;

namespace Anyformer.Models.Language.Pretrained;

/// <summary>Evens out what differs between checkpoints, or options, that mean the same.</summary>
internal static class PretrainedNames
{
    /// <summary>Weights under the names of today: normalisations have weights and biases, not gammas and betas, and names begin as with heads.</summary>
    /// <param name="weights">The weights of a file.</param>
    /// <param name="prefix">What names begin with, all but those of heads.</param>
    internal static IReadOnlyDictionary<string, Tensor> Modern(IReadOnlyDictionary<string, Tensor> weights, string prefix)
    {
        var isBare = !weights.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));
        var modern = new OrderedDictionary<string, Tensor>();
        foreach (var (name, tensor) in weights)
            modern[(isBare ? prefix : "") + Renamed(Renamed(name, ".gamma", ".weight"), ".beta", ".bias")] = tensor;
        return modern;
    }

    /// <summary>Options that are equal when the models are: dropout where it is meant, and nothing about fresh weights.</summary>
    internal static TransformerOptions Comparable(TransformerOptions options) => options with
    {
        EmbeddingDropout = options.EmbeddingDropout ?? options.Dropout,
        AttentionDropout = options.AttentionDropout ?? options.Dropout,
        HiddenDropout = options.HiddenDropout ?? options.Dropout,
        InitialDeviation = null,
        ScalesOutputsByDepth = false,
    };

    private static string Renamed(string name, string old, string modern) =>
        name.EndsWith(old, StringComparison.Ordinal) ? name[..^old.Length] + modern : name;
}
