using System.Text.Json.Nodes;
using Anyformer.Checkpoints;
using Anyformer.Modules;
using Anyformer.Parity;

namespace Anyformer.Models.Language.Pretrained;

/// <summary>An architecture whose folders can be opened and written; every class of it is found by itself.</summary>
internal interface IPretrainedArchitecture
{
    /// <summary>The name under <c>model_type</c>.</summary>
    string ModelType { get; }

    /// <summary>The class of Hugging Face's transformers whose weights the model has, for <c>architectures</c>.</summary>
    string Architecture { get; }

    /// <summary>What the names begin with of all weights but the heads'; checkpoints without heads leave it out.</summary>
    string Prefix { get; }

    /// <summary>The class of the model.</summary>
    Type Model { get; }

    /// <summary>Own names of weights that checkpoints may lack begin with one of these: heads that not every task needs.</summary>
    IReadOnlyList<string> OptionalWeights { get; }

    /// <summary>The model that a configuration describes, with fresh weights.</summary>
    Module BuildModel(ReferenceConfig config);

    /// <summary>How the official names map to the model's own.</summary>
    StateDictLayout LayoutOf(Module model);

    /// <summary>Writes what a model is into a configuration.</summary>
    void DescribeModel(Module model, JsonObject config);

    /// <summary>The sizes of the texts and the options of a model.</summary>
    (object Shape, TransformerOptions Options) SizesOf(Module model);
}

/// <inheritdoc/>
/// <typeparam name="TModel">The class of the model.</typeparam>
internal abstract class PretrainedArchitecture<TModel> : PretrainedFormat<TModel>, IPretrainedArchitecture where TModel : Module
{
    /// <inheritdoc/>
    public abstract string ModelType { get; }

    /// <inheritdoc/>
    public abstract string Architecture { get; }

    /// <inheritdoc/>
    public abstract string Prefix { get; }

    /// <inheritdoc/>
    public virtual IReadOnlyList<string> OptionalWeights => [];

    Type IPretrainedArchitecture.Model => typeof(TModel);

    /// <summary>Writes what a model is into a configuration: the keys that <see cref="PretrainedFormat{TModel}.Build"/> reads.</summary>
    internal abstract void Describe(TModel model, JsonObject config);

    /// <summary>The sizes of the texts and the options of a model.</summary>
    internal abstract (object Shape, TransformerOptions Options) Sizes(TModel model);

    Module IPretrainedArchitecture.BuildModel(ReferenceConfig config) => Build(config);

    StateDictLayout IPretrainedArchitecture.LayoutOf(Module model) => Layout((TModel)model);

    void IPretrainedArchitecture.DescribeModel(Module model, JsonObject config) => Describe((TModel)model, config);

    (object Shape, TransformerOptions Options) IPretrainedArchitecture.SizesOf(Module model) => Sizes((TModel)model);
}
