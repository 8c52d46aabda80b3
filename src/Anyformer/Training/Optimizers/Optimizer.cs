using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Training.Optimizers;

/// <summary>Moves parameters against their gradients. What it remembers between steps can be saved and put back.</summary>
public abstract class Optimizer
{
    private readonly Parameter[] _parameters;

    /// <summary>An optimiser of some parameters.</summary>
    protected Optimizer(IEnumerable<Parameter> parameters, double learningRate, double momentum)
    {
        _parameters = [.. parameters];
        (LearningRate, Momentum) = (learningRate, momentum);
    }

    /// <summary>The step size, which a schedule may change between steps.</summary>
    public double LearningRate { get; set; }

    /// <summary>Momentum, or the first beta of Adam, which a schedule may change between steps.</summary>
    public double Momentum { get; set; }

    /// <summary>The parameters that are moved.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Steps taken so far.</summary>
    public long StepCount { get; private set; }

    /// <summary>Forgets the gradients of the last step.</summary>
    public void ZeroGrad()
    {
        foreach (var parameter in _parameters)
            parameter.Grad = null;
    }

    /// <summary>Moves every parameter that has a gradient.</summary>
    public void Step()
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        StepCount++;
        var moved = new List<int>(_parameters.Length);
        var gradients = new List<Tensor>(_parameters.Length);
        for (var i = 0; i < _parameters.Length; i++)
        {
            if (_parameters[i].Grad is not { } gradient)
                continue;
            moved.Add(i);
            gradients.Add(gradient);
        }

        if (moved.Count > 0)
            Update(moved, [.. moved.Select(i => _parameters[i])], [.. gradients]);
    }

    /// <summary>What is remembered between steps, by name: tensors and the number of steps.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        var state = new OrderedDictionary<string, Tensor> { ["steps"] = Tensor.From(StepCount) };
        foreach (var (slot, tensors) in Slots())
            foreach (var (i, tensor) in tensors.Index())
                if (tensor is not null)
                    state[$"{slot}.{i}"] = tensor;
        return state;
    }

    /// <summary>Puts back what <see cref="StateDict"/> gave.</summary>
    /// <exception cref="UserException">The state belongs to another optimiser or other parameters.</exception>
    public void Load(IReadOnlyDictionary<string, Tensor> state)
    {
        if (!state.TryGetValue("steps", out var steps))
            throw new UserException("The optimiser's state has no entry 'steps'.");
        RequireOwn(state.Keys);
        StepCount = steps.Item<long>();
        foreach (var (slot, tensors) in Slots())
            for (var i = 0; i < tensors.Length; i++)
                tensors[i] = state.TryGetValue($"{slot}.{i}", out var saved) ? Fitting(saved, i, slot) : null;
    }

    /// <summary>Moves the given parameters by their gradients; nothing is recorded while it runs.</summary>
    /// <param name="moved">The positions of the parameters among all.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="gradients">Their gradients.</param>
    protected abstract void Update(IReadOnlyList<int> moved, Tensor[] parameters, Tensor[] gradients);

    /// <summary>The tensors remembered for each parameter, by the name of the quantity; null where nothing is remembered yet.</summary>
    protected abstract IEnumerable<(string Name, Tensor?[] Tensors)> Slots();

    /// <summary>The remembered tensors of the moved parameters, made of zeros where there are none yet.</summary>
    protected Tensor[] Remembered(Tensor?[] slot, IReadOnlyList<int> moved)
    {
        var tensors = new Tensor[moved.Count];
        for (var k = 0; k < tensors.Length; k++)
            tensors[k] = slot[moved[k]] ??= _parameters[moved[k]].ZerosLike().OutliveScopes();
        return tensors;
    }

    /// <summary>Whether the weight decay pulls on a parameter.</summary>
    private protected static bool IsDecayed(Tensor parameter, DecayedWeights which) => which == DecayedWeights.All || parameter.Dimensions > 1;

    /// <summary>Gradients with a pull of the parameters towards zero.</summary>
    private protected static Tensor[] WithDecay(Tensor[] gradients, Tensor[] parameters, double decay, DecayedWeights which) =>
        decay == 0 ? gradients
        : which == DecayedWeights.All ? Functional.ForeachAdd(gradients, parameters, decay)
        : [.. gradients.Zip(parameters, (gradient, parameter) => IsDecayed(parameter, which) ? gradient.Add(parameter, decay) : gradient)];

    private void RequireOwn(IEnumerable<string> names)
    {
        var own = Slots().SelectMany(slot => slot.Tensors.Select((_, i) => $"{slot.Name}.{i}")).Append("steps").ToHashSet();
        if (names.FirstOrDefault(name => !own.Contains(name)) is { } foreign)
            throw new UserException($"The optimiser's state has an entry '{foreign}', which {GetType().Name} of {_parameters.Length} parameters does not keep.");
    }

    private Tensor Fitting(Tensor saved, int index, string slot) => saved.Shape.SequenceEqual(_parameters[index].Shape)
        ? saved.Clone().OutliveScopes()
        : throw new UserException($"The optimiser's state '{slot}.{index}' has shape [{string.Join(", ", saved.Shape)}], expected [{string.Join(", ", _parameters[index].Shape)}].");
}
