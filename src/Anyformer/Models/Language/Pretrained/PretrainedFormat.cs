using Anyformer.Checkpoints;
using Anyformer.Modules;
using Anyformer.Parity;

namespace Anyformer.Models.Language.Pretrained;

/// <summary>How a model stands in Hugging Face's transformers: the keys of its configuration, and the names of its weights.</summary>
/// <typeparam name="TModel">The model.</typeparam>
internal abstract class PretrainedFormat<TModel> where TModel : Module
{
    /// <summary>The model that a configuration describes, with fresh weights.</summary>
    /// <exception cref="UserException">The configuration lacks a key, or asks for what the model cannot do.</exception>
    internal abstract TModel Build(ReferenceConfig config);

    /// <summary>How the official names map to the model's own.</summary>
    internal abstract StateDictLayout Layout(TModel model);
}
