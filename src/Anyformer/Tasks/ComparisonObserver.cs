using Anyformer.Comparison;
using Anyformer.Training;

namespace Anyformer.Tasks;

/// <summary>Looks on while models are compared. Every method may be left as it is.</summary>
public abstract class ComparisonObserver
{
    /// <summary>A model begins to be trained with a seed; the observer that is returned looks on.</summary>
    public virtual TrainingObserver? OnTraining(string model, long seed) => null;

    /// <summary>A model is done with all its seeds, or has failed.</summary>
    public virtual void OnModel(ModelResult result) { }
}
