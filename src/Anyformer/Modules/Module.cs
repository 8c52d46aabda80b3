using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>
/// A part of a model with parameters, buffers and further modules. Members of type <see cref="Parameter"/> and <see cref="Module"/>, and
/// tensors marked with <see cref="BufferAttribute"/>, belong to it by being declared; their names in the state dict are theirs in snake case.
/// </summary>
public abstract class Module
{
    /// <summary>True while training: dropout drops and batch statistics are updated. Set with <see cref="Train"/> and <see cref="Eval"/>.</summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>The modules declared here, by name; those that are null are left out.</summary>
    public virtual IEnumerable<(string Name, Module Module)> Children()
    {
        foreach (var member in ModuleMembers.Of(GetType()).Modules)
            if (member.Value<Module>(this) is { } child)
                yield return (member.Name, child);
    }

    /// <summary>This module and all below it, each once, with their dotted paths; the own path is <paramref name="prefix"/>.</summary>
    public IEnumerable<(string Path, Module Module)> Modules(string prefix = "") => Walk(prefix, []);

    /// <summary>All trainable tensors with their dotted names; one that is shared is named once, at its first place.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> NamedParameters()
    {
        var seen = new HashSet<Parameter>();
        foreach (var (path, module) in Modules())
            foreach (var member in ModuleMembers.Of(module.GetType()).Parameters)
                if (member.Value<Parameter>(module) is { } parameter && seen.Add(parameter))
                    yield return (Join(path, member.Name), parameter);
    }

    /// <summary>All trainable tensors.</summary>
    public IEnumerable<Parameter> Parameters() => NamedParameters().Select(item => item.Parameter);

    /// <summary>The number of trainable numbers.</summary>
    public long ParameterCount() => Parameters().Sum(parameter => parameter.ElementCount);

    /// <summary>Parameters and persistent buffers by name, in the order of their declaration. The tensors are the module's own, not copies.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        var state = new OrderedDictionary<string, Tensor>();
        foreach (var (name, parameter) in NamedParameters())
            state.Add(name, parameter);
        foreach (var (name, buffer, persistent) in NamedBuffers())
            if (persistent)
                state.TryAdd(name, buffer);
        return state;
    }

    /// <summary>Copies tensors into the parameters and buffers of the same names.</summary>
    /// <exception cref="UserException">In strict loading: names that are missing, left over, or of another shape; nothing is copied then.</exception>
    public void Load(IReadOnlyDictionary<string, Tensor> tensors, bool strict = true)
    {
        var state = StateDict();
        var misfits = state.Where(item => tensors.TryGetValue(item.Key, out var given) && !given.Shape.SequenceEqual(item.Value.Shape))
            .Select(item => $"{item.Key} is {Text(tensors[item.Key].Shape)}, expected {Text(item.Value.Shape)}").ToArray();
        var missing = strict ? [.. state.Keys.Where(name => !tensors.ContainsKey(name))] : Array.Empty<string>();
        var unexpected = strict ? [.. tensors.Keys.Where(name => !state.ContainsKey(name))] : Array.Empty<string>();
        if (misfits.Length + missing.Length + unexpected.Length > 0)
            throw new UserException($"The weights do not fit {GetType().Name}: "
                + string.Join(", ", [.. List("missing", missing), .. List("unexpected", unexpected), .. List("of another shape", misfits)]) + ".");

        using var noGrad = Autograd.NoGrad();
        foreach (var (name, own) in state)
            if (tensors.TryGetValue(name, out var given))
                own.CopyInPlace(given);
    }

    /// <summary>Moves every parameter, with its gradient, and every buffer to a device, in place.</summary>
    public void To(Device device) => Replace(tensor => tensor.To(device));

    /// <summary>Converts every floating-point parameter, with its gradient, and every such buffer to an element type, in place.</summary>
    public void To(DType dtype) => Replace(tensor => tensor.DType.IsFloatingPoint() ? tensor.To(dtype) : tensor);

    /// <summary>Enters training mode, or with false leaves it, here and below.</summary>
    /// <exception cref="UserException">Training, and batch norms are folded, so that nothing would be normalised any more.</exception>
    public void Train(bool training = true)
    {
        if (training && Modules().Any(item => item.Module is IFoldableBatchNorm { IsFolded: true }))
            throw new UserException($"{GetType().Name} has its batch norms folded for inference and cannot be trained; build it anew and load its weights.");
        foreach (var (_, module) in Modules())
            module.IsTraining = training;
    }

    /// <summary>Leaves training mode, here and below.</summary>
    public void Eval() => Train(false);

    /// <summary>
    /// Puts the model into the form in which it answers fastest: evaluation mode, batch norms folded where a part knows how, and weights of linear maps packed, in
    /// place, for kernels that work bias and activation in. Results are the same to rounding, or to that of a narrower type.
    /// </summary>
    /// <param name="precision">What the products of linear maps are computed in.</param>
    /// <remarks>
    /// It serves calls that are not recorded (<see cref="Autograd.InferenceMode"/> or <see cref="Autograd.NoGrad"/>), of float32 on the processor. Whatever asks for a
    /// packed map's weights, as training, <see cref="Load"/>, <see cref="StateDict"/> and <see cref="To(Device)"/> do, gets them as they were, and the map is an
    /// ordinary one from then on. Folded batch norms stay folded: such a model is not trained any more.
    /// </remarks>
    public void Freeze(FrozenPrecision precision = FrozenPrecision.Float32)
    {
        Eval();
        BatchNormFolding.Fold(this);
        Freezing.Apply(this, precision);
    }

    /// <summary>All buffers.</summary>
    internal IEnumerable<Tensor> Buffers() => NamedBuffers().Select(item => item.Buffer);

    private IEnumerable<(string Name, Tensor Buffer, bool Persistent)> NamedBuffers()
    {
        foreach (var (path, module) in Modules())
            foreach (var member in ModuleMembers.Of(module.GetType()).Buffers)
                if (member.Value<Tensor>(module) is { } buffer)
                    yield return (Join(path, member.Name), buffer, member.Buffer!.Persistent);
    }

    private IEnumerable<(string Path, Module Module)> Walk(string path, HashSet<Module> seen)
    {
        if (!seen.Add(this))
            yield break;
        yield return (path, this);
        foreach (var (name, child) in Children())
            foreach (var found in child.Walk(Join(path, name), seen))
                yield return found;
    }

    private void Replace(Func<Tensor, Tensor> convert)
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        foreach (var parameter in Parameters())
        {
            var gradient = parameter.Grad;
            parameter.Grad = null;
            parameter.SetData(convert(parameter));
            parameter.Grad = gradient is null ? null : convert(gradient);
        }

        foreach (var (_, buffer, _) in NamedBuffers())
            buffer.SetData(convert(buffer));
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Text(long[] shape) => $"[{string.Join(", ", shape)}]";

    /// <summary>How many there are and the first of them; nothing when there are none.</summary>
    private static IEnumerable<string> List(string what, string[] items)
    {
        const int shown = 10;
        var more = items.Length > shown ? $" and {items.Length - shown} more" : "";
        if (items.Length > 0)
            yield return $"{items.Length} {what} ({string.Join(", ", items.Take(shown))}{more})";
    }
}
