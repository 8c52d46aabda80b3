using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>Modules applied one after the other, named by their numbers.</summary>
public sealed class Sequential(params IEnumerable<TensorModule> modules) : TensorModule
{
    private readonly TensorModule[] _modules = [.. modules];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Module Module)> Children() => _modules.Select((module, i) => ($"{i}", (Module)module));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        foreach (var module in _modules)
            input = module.Call(input);
        return input;
    }
}
