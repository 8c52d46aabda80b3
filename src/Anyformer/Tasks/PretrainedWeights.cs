using Anyformer.Checkpoints;
using Anyformer.Modules;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks;

/// <summary>Weights that a model starts from instead of random ones.</summary>
public static class PretrainedWeights
{
    /// <summary>Copies weights into a model. Of its head those that are missing or of another shape stay as they are; all others must fit.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The folder of a run, or a safetensors file.</param>
    /// <exception cref="UserException">There is no such file, or its weights do not fit.</exception>
    public static void Load(Module model, string path)
    {
        var file = Directory.Exists(path) ? new CheckpointStore(TrainingRun.CheckpointsPath(path)).BestPath : path;
        if (!File.Exists(file))
            throw new UserException($"The weights '{path}' are not there: expected a safetensors file, or the folder of a run with {file}.");
        using var scope = new TensorScope();
        var own = model.StateDict();
        bool IsOwn(string name, Tensor tensor) => own.TryGetValue(name, out var place) && place.Shape.SequenceEqual(tensor.Shape);
        var weights = Safetensors.Load(file).Where(item => !TaskHead.Owns(item.Key) || IsOwn(item.Key, item.Value)).ToDictionary();
        foreach (var (name, fresh) in own)
            if (TaskHead.Owns(name))
                weights.TryAdd(name, fresh);
        try
        {
            model.Load(weights);
        }
        catch (UserException misfit)
        {
            throw new UserException($"The weights {file} cannot be started from. {misfit.Message}", misfit);
        }
    }
}
