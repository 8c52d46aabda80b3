using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Training.Optimizers;

namespace Anyformer.Training;

/// <summary>Makes the optimiser that a recipe asks for.</summary>
public static class OptimizerFactory
{
    /// <summary>The optimiser of some parameters.</summary>
    public static Optimizer Create(IEnumerable<Parameter> parameters, TrainingSection options) => options.Optimizer switch
    {
        OptimizerKind.Sgd => new Sgd(parameters, new SgdOptions
        {
            LearningRate = options.LearningRate,
            Momentum = options.Momentum,
            WeightDecay = options.WeightDecay,
            DecayedWeights = options.DecayedWeights,
        }),
        OptimizerKind.AdamW => new AdamW(parameters, AdamOptions(options)),
        _ => new Adam(parameters, AdamOptions(options)),
    };

    private static AdamOptions AdamOptions(TrainingSection options) => new()
    {
        LearningRate = options.LearningRate,
        Beta1 = options.Betas[0],
        Beta2 = options.Betas[1],
        Epsilon = options.Epsilon,
        WeightDecay = options.WeightDecay,
        DecayedWeights = options.DecayedWeights,
    };
}
