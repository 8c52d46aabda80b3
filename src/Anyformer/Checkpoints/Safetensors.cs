using Anyformer.Torch;
namespace Anyformer.Checkpoints;
internal static class Safetensors { internal static IReadOnlyDictionary<string, Tensor> Load(string path) => throw new InvalidOperationException(path); }
