using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Training.Optimizers;

/// <summary>Options of <see cref="Sgd"/>.</summary>
public sealed record SgdOptions
{
    /// <summary>Step size.</summary>
    public double LearningRate { get; init; } = 1e-2;

    /// <summary>Share of the last step's direction that is kept.</summary>
    public double Momentum { get; init; }

    /// <summary>Pull towards zero, added to the gradient.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Which parameters the pull is on.</summary>
    public DecayedWeights DecayedWeights { get; init; }

    /// <summary>Looks one step of momentum ahead.</summary>
    public bool Nesterov { get; init; }
}

/// <summary>Stochastic gradient descent, with momentum in PyTorch's form: <c>v = m v + g; p = p - lr v</c>.</summary>
public sealed class Sgd : Optimizer
{
    private readonly SgdOptions _options;
    private readonly Tensor?[] _momentum;

    /// <summary>An optimiser of some parameters.</summary>
    public Sgd(IEnumerable<Parameter> parameters, SgdOptions options) : base(parameters, options.LearningRate, options.Momentum)
    {
        _options = options;
        _momentum = new Tensor?[Parameters.Count];
    }

    /// <inheritdoc/>
    protected override void Update(IReadOnlyList<int> moved, Tensor[] parameters, Tensor[] gradients)
    {
        gradients = WithDecay(gradients, parameters, _options.WeightDecay, _options.DecayedWeights);
        Functional.ForeachAddInPlace(parameters, Momentum == 0 ? gradients : Directions(moved, gradients), -LearningRate);
    }

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, Tensor?[] Tensors)> Slots() => [("momentum", _momentum)];

    private Tensor[] Directions(IReadOnlyList<int> moved, Tensor[] gradients)
    {
        var directions = Remembered(_momentum, moved);
        Functional.ForeachMulInPlace(directions, Momentum);
        Functional.ForeachAddInPlace(directions, gradients);
        return _options.Nesterov ? Functional.ForeachAdd(gradients, directions, Momentum) : directions;
    }
}
