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
    private readonly AdamOptions _options;
    private readonly Tensor?[] _mean;
    private readonly Tensor?[] _square;

    /// <summary>An optimiser of some parameters.</summary>
    public Adam(IEnumerable<Parameter> parameters, AdamOptions options) : base(parameters, options.LearningRate, options.Beta1)
    {
        _options = options;
        _mean = new Tensor?[Parameters.Count];
        _square = new Tensor?[Parameters.Count];
    }

    private double MeanCorrection => 1 - Math.Pow(Momentum, StepCount);

    private double RootCorrection => Math.Sqrt(1 - Math.Pow(_options.Beta2, StepCount));

    /// <summary>Whether the weight decay shrinks the parameters themselves, instead of being added to their gradients.</summary>
    private protected virtual bool DecaysApart => false;

    /// <inheritdoc/>
    protected override void Update(IReadOnlyList<int> moved, Tensor[] parameters, Tensor[] gradients)
    {
        var mean = Remembered(_mean, moved);
        var square = Remembered(_square, moved);
        if (AdamKernel.Takes(parameters) && AdamKernel.Takes(gradients) && AdamKernel.Takes(mean) && AdamKernel.Takes(square))
            new AdamKernel(Numbers(), parameters, gradients, mean, square, parameter => IsDecayed(parameter, _options.DecayedWeights)).Run();
        else
            Compose(parameters, gradients, mean, square);
    }

    /// <summary>The step as a composition of libtorch's operators: for any device and type, and the reference of the kernel.</summary>
    internal void Compose(Tensor[] parameters, Tensor[] gradients, Tensor[] mean, Tensor[] square)
    {
        if (!DecaysApart)
            gradients = WithDecay(gradients, parameters, _options.WeightDecay, _options.DecayedWeights);
        else if (_options.WeightDecay != 0 && parameters.Where(parameter => IsDecayed(parameter, _options.DecayedWeights)).ToArray() is { Length: > 0 } decayed)
            Functional.ForeachMulInPlace(decayed, 1 - LearningRate * _options.WeightDecay);
        Functional.ForeachMulInPlace(mean, Momentum);
        Functional.ForeachAddInPlace(mean, gradients, 1 - Momentum);
        Functional.ForeachMulInPlace(square, _options.Beta2);
        Functional.ForeachAddcmulInPlace(square, gradients, gradients, 1 - _options.Beta2);
        var root = Functional.ForeachSqrt(square);
        Functional.ForeachDivInPlace(root, RootCorrection);
        Functional.ForeachAddInPlace(root, _options.Epsilon);
        Functional.ForeachAddcdivInPlace(parameters, mean, root, -LearningRate / MeanCorrection);
    }

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, Tensor?[] Tensors)> Slots() => [("mean", _mean), ("square", _square)];

    private AdamStep Numbers() => new((float)Momentum, (float)_options.Beta2, (float)_options.Epsilon, (float)RootCorrection,
        (float)(LearningRate / MeanCorrection), DecaysApart ? 0 : (float)_options.WeightDecay,
        DecaysApart ? (float)(1 - LearningRate * _options.WeightDecay) : 1);
}
