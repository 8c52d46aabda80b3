using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>An element-wise function between linear maps.</summary>
public delegate Tensor Activation(Tensor input);

/// <summary>The activations by the names that options and reference configurations use.</summary>
public static class Activations
{
    private static readonly Dictionary<string, Activation> s_byName = new()
    {
        ["relu"] = static x => x.Relu(),
        ["gelu"] = static x => x.Gelu(),
        ["gelu-tanh"] = static x => x.Gelu("tanh"),
        ["gelu-quick"] = static x => x * (x * 1.702).Sigmoid(),
        ["silu"] = static x => x.Silu(),
        ["tanh"] = static x => x.Tanh(),
        ["sigmoid"] = static x => x.Sigmoid(),
        ["identity"] = static x => x,
    };

    /// <summary>The activation of a name.</summary>
    /// <exception cref="UserException">No such activation.</exception>
    public static Activation Named(string name) => s_byName.TryGetValue(name, out var activation)
        ? activation
        : throw new UserException($"Activation '{name}' is unknown; expected one of {string.Join(", ", s_byName.Keys)}.");
}
