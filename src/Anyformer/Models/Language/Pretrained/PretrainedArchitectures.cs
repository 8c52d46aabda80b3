using Anyformer.Modules;

namespace Anyformer.Models.Language.Pretrained;

/// <summary>All architectures whose folders can be opened: adding one is adding its class.</summary>
internal static class PretrainedArchitectures
{
    private static readonly Lazy<IPretrainedArchitecture[]> s_all = new(() =>
    [
        .. typeof(PretrainedArchitectures).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(IPretrainedArchitecture)))
            .Select(type => (IPretrainedArchitecture)Activator.CreateInstance(type)!)
            .OrderBy(architecture => architecture.ModelType, StringComparer.Ordinal),
    ]);

    /// <summary>Their names under <c>model_type</c>.</summary>
    internal static IEnumerable<string> ModelTypes => s_all.Value.Select(architecture => architecture.ModelType);

    /// <summary>The architecture of a <c>model_type</c>; null when it is not known.</summary>
    internal static IPretrainedArchitecture? Of(string modelType) => s_all.Value.FirstOrDefault(architecture => architecture.ModelType == modelType);

    /// <summary>The architecture of a model.</summary>
    /// <exception cref="UserException">Hugging Face's transformers know no such model.</exception>
    internal static IPretrainedArchitecture Of(Module model) => s_all.Value.FirstOrDefault(architecture => architecture.Model == model.GetType())
        ?? throw new UserException($"A {model.GetType().Name} has no folder at Hugging Face; expected one of {string.Join(", ", ModelTypes)}.");
}
