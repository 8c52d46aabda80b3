using System.Text.Json;
using System.Text.Json.Nodes;
using Anyformer.Checkpoints;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Pretrained;

/// <summary>
/// A model in a folder as Hugging Face's transformers write and read it: <c>config.json</c> says what it is, <c>model.safetensors</c>, one file or several
/// with an index, or <c>pytorch_model.bin</c> holds its weights.
/// </summary>
public sealed class PretrainedModel
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    private readonly IPretrainedArchitecture _architecture;

    /// <summary>The configuration that the model came with; empty of one that was made here.</summary>
    private readonly JsonElement? _config;

    private PretrainedModel(IPretrainedArchitecture architecture, Module model, JsonElement? config, IReadOnlyList<string> fresh) =>
        (_architecture, Model, _config, FreshWeights) = (architecture, model, config, fresh);

    /// <summary>The model: a <see cref="LanguageModel"/>, a <see cref="MaskedLanguageModel"/> or a <see cref="SequenceToSequenceModel"/>.</summary>
    public Module Model { get; }

    /// <summary>The options of the model.</summary>
    internal TransformerOptions Options => _architecture.SizesOf(Model).Options;

    /// <summary>The name of its architecture at Hugging Face: <c>gpt2</c>.</summary>
    public string ModelType => _architecture.ModelType;

    /// <summary>Names of weights that the folder lacked and that were drawn anew: of heads that the checkpoint was not trained with.</summary>
    public IReadOnlyList<string> FreshWeights { get; }

    /// <summary>
    /// The token that a <see cref="SequenceToSequenceModel"/> begins texts with, <c>decoder_start_token_id</c>, or that of padding, as its authors have it.
    /// </summary>
    public int BeginToken => Number("decoder_start_token_id") ?? Number("pad_token_id") ?? 0;

    /// <summary>Tokens of the texts that it was trained on, <c>n_positions</c>, where its positions know no limit; null when it is not said.</summary>
    public int? TrainedTokens => Number("n_positions");

    /// <summary>Whether a folder is of Hugging Face's, and not of a run.</summary>
    public static bool IsFolder(string folder) => File.Exists(Path.Combine(folder, PretrainedFiles.Config));

    /// <summary>Whether a folder is of Hugging Face's, with a model of a class.</summary>
    /// <typeparam name="TModel">The class.</typeparam>
    /// <exception cref="UserException">It has a configuration that is malformed, or of an architecture that is not known.</exception>
    public static bool IsFolderOf<TModel>(string folder) where TModel : Module =>
        IsFolder(folder) && ArchitectureOf(folder, PretrainedFiles.ReadConfig(folder)).Model.IsAssignableTo(typeof(TModel));

    /// <summary>Opens a folder; the model is in evaluation mode.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="UserException">A file is missing or malformed, the architecture or an option of it is not known, or the weights do not fit.</exception>
    public static PretrainedModel Open(string folder)
    {
        var config = PretrainedFiles.ReadConfig(folder);
        var architecture = ArchitectureOf(folder, config);
        try
        {
            using var scope = new TensorScope();
            var weights = PretrainedNames.Modern(PretrainedFiles.ReadWeights(folder), architecture.Prefix);
            var model = Build(architecture, folder, config, drawn: false);
            var own = architecture.LayoutOf(model).ToOwn(weights);
            string[] fresh = [.. model.StateDict().Keys.Where(name => !own.ContainsKey(name) && architecture.OptionalWeights.Any(name.StartsWith))];
            if (fresh.Length > 0)
                model = Build(architecture, folder, config, drawn: true);
            model.Load(own.Concat(model.StateDict().Where(item => fresh.Contains(item.Key))).ToDictionary());
            model.Eval();
            return new PretrainedModel(architecture, model, config, fresh);
        }
        catch (TorchException exception)
        {
            throw new UserException($"The model in '{folder}' cannot be built: {exception.Message}", exception);
        }
    }

    /// <summary>A model that was made here, to be saved.</summary>
    /// <exception cref="UserException">Hugging Face's transformers know no such model.</exception>
    public static PretrainedModel Of(Module model) => new(PretrainedArchitectures.Of(model), model, config: null, fresh: []);

    /// <summary>Writes the model into a folder, which is made when needed. Keys of the configuration that are not known here stay as they were.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="tokens">What its tokens are for, which its configurations then say; null to leave that as it was.</param>
    /// <exception cref="UserException">The model has parts that its architecture has not, or the folder cannot be written to.</exception>
    public void Save(string folder, SpecialTokens? tokens = null)
    {
        var config = Describe();
        if (tokens is not null)
            AddTokens(config, tokens);
        Directory.CreateDirectory(folder);
        using var scope = new TensorScope();
        var weights = _architecture.LayoutOf(Model).ToOfficial(Model.StateDict());
        Safetensors.Save(Path.Combine(folder, PretrainedFiles.Weights), weights, new Dictionary<string, string> { ["format"] = "pt" });
        AtomicFile.WriteText(Path.Combine(folder, PretrainedFiles.Config), config.ToJsonString(s_indented) + "\n");
        if (tokens is not null)
            AtomicFile.WriteText(Path.Combine(folder, PretrainedFiles.Generation), Generation(config).ToJsonString(s_indented) + "\n");
    }

    /// <summary>What the tokens of a model that was made here are for; another's configuration says it already.</summary>
    private void AddTokens(JsonObject config, SpecialTokens tokens)
    {
        (string Key, int? Id)[] roles = [("bos_token_id", tokens.Begin), ("eos_token_id", tokens.End), ("pad_token_id", tokens.Pad)];
        foreach (var (key, id) in Model is SequenceToSequenceModel ? roles.Append(("decoder_start_token_id", tokens.Begin)) : roles)
            if (!config.ContainsKey(key))
                config[key] = id;
    }

    /// <summary>What Hugging Face's tools begin and end texts with.</summary>
    private static JsonObject Generation(JsonObject config) => new(
        config.Where(entry => entry is { Key: "bos_token_id" or "eos_token_id" or "pad_token_id" or "decoder_start_token_id", Value: not null })
            .Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone())).Prepend(new("_from_model_config", true)));

    private static IPretrainedArchitecture ArchitectureOf(string folder, JsonElement config)
    {
        var known = string.Join(", ", PretrainedArchitectures.ModelTypes);
        if (!config.TryGetProperty("model_type", out var type) || type.ValueKind != JsonValueKind.String)
            throw new UserException($"The {PretrainedFiles.Config} of '{folder}' names no 'model_type'; expected one of {known}.");
        return PretrainedArchitectures.Of(type.GetString()!)
            ?? throw new UserException($"The model in '{folder}' is of type '{type.GetString()}', which is not known here; expected one of {known}.");
    }

    private static Module Build(IPretrainedArchitecture architecture, string folder, JsonElement config, bool drawn)
    {
        using var skipping = drawn ? null : Initialization.Skip();
        return architecture.BuildModel(new ReferenceConfig(config, $"'{Path.Combine(folder, PretrainedFiles.Config)}'"));
    }

    private int? Number(string key) =>
        _config is { } config && config.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    private JsonObject Describe()
    {
        var config = new JsonObject();
        if (_config is { } given)
            foreach (var property in given.EnumerateObject())
                config[property.Name] = JsonNode.Parse(property.Value.GetRawText());
        config["architectures"] = new JsonArray(_architecture.Architecture);
        config["model_type"] = _architecture.ModelType;
        config["torch_dtype"] = Model.Parameters().First().DType.ToString().ToLowerInvariant();
        _architecture.DescribeModel(Model, config);
        CheckDescription(config);
        return config;
    }

    /// <summary>What the configuration cannot say would be another model when it is read again.</summary>
    private void CheckDescription(JsonObject config)
    {
        using var skipping = Initialization.Skip();
        using var document = JsonDocument.Parse(config.ToJsonString());
        var (shape, options) = _architecture.SizesOf(_architecture.BuildModel(new ReferenceConfig(document.RootElement, PretrainedFiles.Config)));
        var (ownShape, ownOptions) = _architecture.SizesOf(Model);
        var (said, meant) = (PretrainedNames.Comparable(options), PretrainedNames.Comparable(ownOptions));
        string[] different = [.. meant.GetType().GetProperties().Where(property => property.CanWrite && !Equals(property.GetValue(said), property.GetValue(meant)))
            .Select(property => JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name))];
        if (different.Length > 0 || !shape.Equals(ownShape))
            throw new UserException($"A folder of type '{ModelType}' cannot say this model's {string.Join(", ", different.DefaultIfEmpty("sizes"))}; keep it as a run instead.");
    }
}
