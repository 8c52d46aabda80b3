using Anyformer.Checkpoints;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Parity;

/// <summary>
/// The adapter of a system with weights: builds the module from the case's configuration, loads the weights strictly through the official layout,
/// runs it in evaluation mode, and takes the gradients that the case asks for.
/// </summary>
public abstract class ModelReference<TModule> : ReferenceAdapter where TModule : Module
{
    /// <inheritdoc/>
    public override ParityResult Run(ParityCase parity)
    {
        var module = BuildLoaded(parity);
        SetMode(module, parity);
        var wanted = parity.Gradients.Keys;
        foreach (var name in wanted.Where(name => name.StartsWith("input.", StringComparison.Ordinal)))
            parity.Input(name["input.".Length..]).RequiresGrad = true;
        var outputs = Call(module, parity);
        if (wanted.Any())
            Backward(outputs, parity);
        return new ParityResult(outputs, Gradients(module, parity));
    }

    /// <summary>The module that the configuration describes.</summary>
    protected abstract TModule Build(ParityCase parity);

    /// <summary>Puts the module into the mode that the case ran in: evaluation, unless an adapter knows better.</summary>
    protected virtual void SetMode(TModule module, ParityCase parity) => module.Eval();

    /// <summary>How the official names map to the module's own.</summary>
    protected virtual StateDictLayout Layout(ParityCase parity) => new();

    /// <summary>The outputs of the module for the inputs, by the names of the case.</summary>
    protected abstract IReadOnlyDictionary<string, Tensor> Call(TModule module, ParityCase parity);

    /// <summary>The module of the case with the case's weights.</summary>
    protected TModule BuildLoaded(ParityCase parity)
    {
        var module = Build(parity);
        module.Load(Layout(parity).ToOwn(Weights(parity)));
        return module;
    }

    /// <summary>The official weights: those of the case, to which an adapter may add what the reference is given with every call.</summary>
    protected virtual IReadOnlyDictionary<string, Tensor> Weights(ParityCase parity) => parity.Weights;

    private static void Backward(IReadOnlyDictionary<string, Tensor> outputs, ParityCase parity)
    {
        Tensor[] probed = [.. outputs.Where(output => parity.Inputs.ContainsKey($"probe.{output.Key}")).Select(output => output.Value)];
        Tensor[] probes = [.. outputs.Keys.Where(name => parity.Inputs.ContainsKey($"probe.{name}")).Select(name => parity.Input($"probe.{name}"))];
        if (probed.Length == 0)
            throw new UserException("The case asks for gradients and has no probe for any output.");
        Autograd.Backward(probed, probes);
    }

    private IReadOnlyDictionary<string, Tensor> Gradients(TModule module, ParityCase parity)
    {
        var own = module.NamedParameters().Where(item => item.Parameter.Grad is not null).ToDictionary(item => item.Name, item => item.Parameter.Grad!);
        var gradients = new Dictionary<string, Tensor>(Layout(parity).ToOfficial(own));
        foreach (var (name, input) in parity.Inputs)
            if (input.Grad is { } gradient)
                gradients[$"input.{name}"] = gradient;
        return gradients;
    }
}
