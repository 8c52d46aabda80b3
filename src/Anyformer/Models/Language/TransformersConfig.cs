using System.Text.Json;
using Anyformer.Modules;
using Anyformer.Parity;

namespace Anyformer.Models.Language;

/// <summary>What configurations of Hugging Face's transformers call things.</summary>
internal static class TransformersConfig
{
    /// <summary>The name in <see cref="Activations"/> of the activation under a key.</summary>
    internal static string Activation(this ReferenceConfig config, string key, string otherwise) => config.String(key, otherwise) switch
    {
        "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" or "gelu_accurate" => "gelu-tanh",
        "gelu_python" => "gelu",
        "quick_gelu" => "gelu-quick",
        "silu" or "swish" => "silu",
        "leaky_relu" => "leaky-relu",
        "relu2" => "relu-squared",
        "linear" => "identity",
        var name => name,
    };

    /// <summary>The token of padding; null where there is none, and counted from the end of the vocabulary where it is negative.</summary>
    internal static int? PaddingToken(this ReferenceConfig config, int vocabulary, int? otherwise)
    {
        var padding = config.Has("pad_token_id") ? config.Int("pad_token_id") : otherwise;
        return padding < 0 ? vocabulary + padding : padding;
    }

    /// <summary>Refuses keys whose value is true.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="model">The name in the message.</param>
    /// <param name="keys">What the model cannot do.</param>
    /// <exception cref="UserException">One of them is true.</exception>
    internal static void RefuseTrue(this ReferenceConfig config, string model, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
            if (config.Bool(key, false))
                throw new UserException($"{model} cannot be built with '{key}': true.");
    }

    /// <summary>Refuses any value of a key but one.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="model">The name in the message.</param>
    /// <param name="key">The key, which may be left out.</param>
    /// <param name="value">The value that the model is built with.</param>
    /// <exception cref="UserException">There is another.</exception>
    internal static void RequireInt(this ReferenceConfig config, string model, string key, int value)
    {
        if (config.Int(key, value) is var found && found != value)
            throw new UserException($"{model} can be built with '{key}': {value} only, found {found}.");
    }

    /// <summary>Refuses any value of a key but one.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="model">The name in the message.</param>
    /// <param name="key">The key, which may be left out.</param>
    /// <param name="value">The value that the model is built with.</param>
    /// <exception cref="UserException">There is another.</exception>
    internal static void RequireString(this ReferenceConfig config, string model, string key, string value)
    {
        if (config.String(key, value) is var found && found != value)
            throw new UserException($"{model} can be built with '{key}': {value} only, found {found}.");
    }

    /// <summary>A number for each layer under a key that holds one for each, or one for all.</summary>
    internal static ValueList<int> PerLayer(this ReferenceConfig config, string key, int layers) =>
        config.Json(key).ValueKind == JsonValueKind.Number ? new(Enumerable.Repeat(config.Int(key), layers)) : new(config.Ints(key));
}
