using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Training;

/// <summary>An exponential moving average of a model's parameters (Polyak averaging), kept beside them.</summary>
public sealed class WeightAverage
{
    private readonly double _decay;
    private readonly (string Name, Parameter Parameter)[] _parameters;
    private readonly Tensor[] _live;
    private readonly Tensor[] _average;

    /// <summary>Starts from the parameters as they are; each update keeps <paramref name="decay"/> of the average.</summary>
    public WeightAverage(Module model, double decay)
    {
        _decay = decay;
        _parameters = [.. model.NamedParameters()];
        _live = [.. _parameters.Select(item => (Tensor)item.Parameter)];
        using var noGrad = Autograd.NoGrad();
        _average = Array.ConvertAll(_live, static parameter => parameter.Detach().Clone().OutliveScopes());
    }

    /// <summary>Moves the average towards the parameters.</summary>
    public void Update()
    {
        using var noGrad = Autograd.NoGrad();
        Functional.ForeachMulInPlace(_average, _decay);
        Functional.ForeachAddInPlace(_average, _live, 1 - _decay);
    }

    /// <summary>Exchanges parameters and average; a second call puts them back.</summary>
    public void Swap()
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        for (var i = 0; i < _live.Length; i++)
        {
            var held = _live[i].Clone();
            _live[i].CopyInPlace(_average[i]);
            _average[i].CopyInPlace(held);
        }
    }

    /// <summary>The average by the names of the parameters.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() => _parameters.Zip(_average).ToDictionary(pair => pair.First.Name, pair => pair.Second);

    /// <summary>Puts back what <see cref="StateDict"/> gave.</summary>
    /// <exception cref="UserException">A parameter's average is missing.</exception>
    public void Load(IReadOnlyDictionary<string, Tensor> state)
    {
        using var noGrad = Autograd.NoGrad();
        foreach (var (item, average) in _parameters.Zip(_average))
            average.CopyInPlace(state.TryGetValue(item.Name, out var saved)
                ? saved
                : throw new UserException($"The saved moving average has no entry '{item.Name}'."));
    }
}
