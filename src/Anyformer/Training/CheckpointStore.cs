using System.Text.Json;
using Anyformer.Checkpoints;
using Anyformer.Modules;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Training;

/// <summary>
/// The checkpoints of a run in one folder: <c>last.safetensors</c> with all that a resumed run needs, and <c>best.safetensors</c> with the
/// weights that validated best, for use. Both are written beside and renamed, so a killed process leaves the one before.
/// </summary>
public sealed class CheckpointStore(string folder)
{
    private const string ModelPrefix = "model.";
    private const string OptimizerPrefix = "optimizer.";
    private const string AveragePrefix = "average.";
    private const string JobPrefix = "job.";
    private const string GeneratorName = "generator";
    private const string StateKey = "training-state";

    /// <summary>The file that a run resumes from.</summary>
    public string LastPath => Path.Combine(folder, "last.safetensors");

    /// <summary>The file with the best weights.</summary>
    public string BestPath => Path.Combine(folder, "best.safetensors");

    /// <summary>Writes the weights of a model for use, with what else it needs to be used.</summary>
    public void SaveBest(Module model, IReadOnlyDictionary<string, string> metadata) => Save(BestPath, model.StateDict(), metadata);

    /// <summary>Puts the weights that validated best back into the model of a training.</summary>
    /// <exception cref="UserException">No validation gave a number, so there are none.</exception>
    internal void LoadBest(Module model, TrainingState state)
    {
        if (state.BestEpoch == 0)
            throw new UserException($"No weights came out of the training: the validation of none of its {state.Epoch} epochs gave a number.");
        using var scope = new TensorScope();
        model.Load(Safetensors.Load(BestPath));
    }

    /// <summary>Writes all that a resumed run needs, what else its model needs to be built among it.</summary>
    internal void SaveLast(
        Module model, Optimizer optimizer, WeightAverage? average, TrainingState state, IReadOnlyDictionary<string, string>? metadata = null, IReadOnlyDictionary<string, Tensor>? remembered = null)
    {
        using var scope = new TensorScope();
        using var generator = Generator.Default();
        var tensors = new OrderedDictionary<string, Tensor>();
        AddPrefixed(tensors, ModelPrefix, model.StateDict());
        AddPrefixed(tensors, OptimizerPrefix, optimizer.StateDict());
        if (average is not null)
            AddPrefixed(tensors, AveragePrefix, average.StateDict());
        if (remembered is not null)
            AddPrefixed(tensors, JobPrefix, remembered);
        tensors[GeneratorName] = Tensor.From(generator.GetState());
        Save(LastPath, tensors, new Dictionary<string, string>(metadata ?? new Dictionary<string, string>()) { [StateKey] = JsonSerializer.Serialize(state) });
    }

    /// <summary>Puts back what <see cref="SaveLast"/> wrote; null when there is nothing to resume from.</summary>
    /// <exception cref="UserException">The file is malformed, or belongs to another model or another kind of training.</exception>
    internal TrainingState? LoadLast(Module model, Optimizer optimizer, WeightAverage? average)
    {
        if (!File.Exists(LastPath))
            return null;
        using var scope = new TensorScope();
        var tensors = Safetensors.Load(LastPath, out var metadata);
        try
        {
            var state = StateOf(metadata);
            model.Load(Prefixed(tensors, ModelPrefix));
            optimizer.Load(Prefixed(tensors, OptimizerPrefix));
            average?.Load(Prefixed(tensors, AveragePrefix));
            RestoreGenerator(tensors);
            return state;
        }
        catch (Exception exception) when (exception is UserException or JsonException or TorchException)
        {
            throw new UserException($"The training cannot go on from {LastPath}: {exception.Message}", exception);
        }
    }

    /// <summary>Puts back what a job remembered in the middle of an epoch.</summary>
    internal void LoadJob(TrainingJob job)
    {
        using var scope = new TensorScope();
        job.LoadState(Prefixed(Safetensors.Load(LastPath), JobPrefix));
    }

    private static TrainingState StateOf(IReadOnlyDictionary<string, string> metadata) =>
        metadata.TryGetValue(StateKey, out var text) && JsonSerializer.Deserialize<TrainingState>(text) is { } state
            ? state
            : throw new UserException($"It is no checkpoint of a training run, its metadata has no '{StateKey}'.");

    private static void RestoreGenerator(IReadOnlyDictionary<string, Tensor> tensors)
    {
        if (!tensors.TryGetValue(GeneratorName, out var state) || state.DType != DType.UInt8)
            throw new UserException($"It holds no state of the random generator under '{GeneratorName}'.");
        using var generator = Generator.Default();
        generator.SetState(state.ToArray<byte>());
    }

    private void Save(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        Directory.CreateDirectory(folder);
        Safetensors.Save(path, tensors, metadata);
    }

    private static void AddPrefixed(IDictionary<string, Tensor> all, string prefix, IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (var (name, tensor) in tensors)
            all[prefix + name] = tensor;
    }

    private static Dictionary<string, Tensor> Prefixed(IReadOnlyDictionary<string, Tensor> tensors, string prefix) => tensors
        .Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(item => item.Key[prefix.Length..], item => item.Value);
}
