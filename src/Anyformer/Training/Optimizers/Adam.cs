using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Training.Optimizers;

/// <summary>Options of <see cref="Adam"/> and <see cref="AdamW"/>.</summary>
public sealed record AdamOptions
{
    /// <summary>Step size.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Decay of the mean of the gradients.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the mean of their squares.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the mean square.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Pull towards zero: in Adam added to the gradient, in AdamW apart from it.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Which parameters the pull is on.</summary>
    public DecayedWeights DecayedWeights { get; init; }
}

/// <summary>
/// Adam (Kingma and Ba, ICLR 2015, arXiv 1412.6980, algorithm 1), with weight decay added to the gradient, as PyTorch has it.
/// </summary>
public class Adam : Optimizer
{
    private readonly Tensor?[] _mean;
    private readonly Tensor?[] _square;

    /// <summary>An optimiser of some parameters.</summary>
    public Adam(IEnumerable<Parameter> parameters, AdamOptions options) : base(parameters, options.LearningRate, options.Beta1)
    {
        Options = options;
        _mean = new Tensor?[Parameters.Count];
        _square = new Tensor?[Parameters.Count];
    }

    /// <summary>The options it was made with.</summary>
    protected AdamOptions Options { get; }

    /// <inheritdoc/>
    protected override void Update(IReadOnlyList<int> moved, Tensor[] parameters, Tensor[] gradients)
    {
        gradients = Decay(parameters, gradients);
        var mean = Remembered(_mean, moved);
        var square = Remembered(_square, moved);
        Functional.ForeachMulInPlace(mean, Momentum);
        Functional.ForeachAddInPlace(mean, gradients, 1 - Momentum);
        Functional.ForeachMulInPlace(square, Options.Beta2);
        Functional.ForeachAddcmulInPlace(square, gradients, gradients, 1 - Options.Beta2);

        var meanCorrection = 1 - Math.Pow(Momentum, StepCount);
        var squareCorrection = 1 - Math.Pow(Options.Beta2, StepCount);
        var root = Functional.ForeachSqrt(square);
        Functional.ForeachDivInPlace(root, Math.Sqrt(squareCorrection));
        Functional.ForeachAddInPlace(root, Options.Epsilon);
        Functional.ForeachAddcdivInPlace(parameters, mean, root, -LearningRate / meanCorrection);
    }

    /// <summary>Applies the weight decay, and gives the gradients to go on with.</summary>
    protected virtual Tensor[] Decay(Tensor[] parameters, Tensor[] gradients) => WithDecay(gradients, parameters, Options.WeightDecay, Options.DecayedWeights);

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, Tensor?[] Tensors)> Slots() => [("mean", _mean), ("square", _square)];
}
