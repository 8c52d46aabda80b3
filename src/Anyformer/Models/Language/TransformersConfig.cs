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
        "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => "gelu-tanh",
        "silu" or "swish" => "silu",
        "linear" => "identity",
        var name => name,
    };

    /// <summary>A number for each layer under a key that holds one for each, or one for all.</summary>
    internal static ValueList<int> PerLayer(this ReferenceConfig config, string key, int layers) =>
        config.Json(key).ValueKind == JsonValueKind.Number ? new(Enumerable.Repeat(config.Int(key), layers)) : new(config.Ints(key));
}
