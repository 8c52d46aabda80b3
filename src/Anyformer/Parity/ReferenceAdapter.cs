using Anyformer.Torch;

namespace Anyformer.Parity;

/// <summary>Names the system of the parity cases that an adapter runs.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ReferenceAttribute(string system) : Attribute
{
    /// <summary>The system, as <c>case.json</c> names it.</summary>
    public string System => system;
}

/// <summary>Runs the parity cases of one system: a model, one of its parts, or a procedure.</summary>
public abstract class ReferenceAdapter
{
    /// <summary>Computes what the case expects, from its configuration, weights and inputs.</summary>
    public abstract ParityResult Run(ParityCase parity);
}

/// <summary>What an adapter computed, under the names of the case.</summary>
/// <param name="Outputs">Outputs by name.</param>
/// <param name="Gradients">Gradients by name: weights under their official names, inputs as <c>input.name</c>.</param>
public sealed record ParityResult(IReadOnlyDictionary<string, Tensor> Outputs, IReadOnlyDictionary<string, Tensor> Gradients)
{
    /// <summary>A result without gradients.</summary>
    public ParityResult(IReadOnlyDictionary<string, Tensor> outputs) : this(outputs, new Dictionary<string, Tensor>()) { }
}
