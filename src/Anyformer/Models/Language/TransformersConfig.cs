using System.Text.Json;
using System.Text.Json.Nodes;
using Anyformer.Models.Language.Encoders;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Recipes.Options;

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

    /// <summary>Writes the keys that configurations of encoders share.</summary>
    internal static void DescribeEncoder(this JsonObject config, EncoderOptions options)
    {
        (config["hidden_size"], config["intermediate_size"]) = (options.Width, options.FeedForwardWidth);
        (config["num_hidden_layers"], config["num_attention_heads"]) = (options.Layers.Count, options.Heads);
        config["layer_norm_eps"] = (options.Norm.Options as LayerNormOptions)?.Epsilon ?? 1e-12;
        config["hidden_dropout_prob"] = options.Dropout;
        config["attention_probs_dropout_prob"] = options.AttentionDropout ?? options.Dropout;
        config["type_vocab_size"] = options.Types;
        config["initializer_range"] = options.InitialDeviation ?? 0.02;
        config["tie_word_embeddings"] = options.TiesEmbeddings;
        config["pad_token_id"] = options.PaddingToken;
    }

    /// <summary>The name of an activation of <see cref="Activations"/> in configurations.</summary>
    internal static string ActivationName(string own) => own switch
    {
        "gelu-tanh" => "gelu_new",
        "gelu-quick" => "quick_gelu",
        "leaky-relu" => "leaky_relu",
        "relu-squared" => "relu2",
        "identity" => "linear",
        _ => own,
    };

    /// <summary>Options within the ranges that they declare.</summary>
    /// <exception cref="UserException">One is out of its range.</exception>
    internal static TOptions Checked<TOptions>(this TOptions options) where TOptions : TransformerOptions =>
        (TOptions)OptionBinder.Bind(OptionBinder.Write(options), options.GetType(), "config");

    /// <summary>The token of padding; null where there is none, and counted from the end of the vocabulary where it is negative.</summary>
    internal static int? PaddingToken(this ReferenceConfig config, int vocabulary, int? otherwise)
    {
        var padding = config.Has("pad_token_id") ? config.Int("pad_token_id") : config.Names("pad_token_id") ? null : otherwise;
        var counted = padding < 0 ? vocabulary + padding : padding;
        return counted is null || (counted >= 0 && counted < vocabulary) ? counted
            : throw new UserException($"The token of padding must be one of a vocabulary of {vocabulary}, found 'pad_token_id': {padding}.");
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
