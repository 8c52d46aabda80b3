using Anyformer.Kernels;
using Anyformer.Kernels.Products;
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
        ["relu-squared"] = static x => x.Relu().Square(),
        ["leaky-relu"] = static x => x.LeakyRelu(),
        ["elu"] = static x => x.Elu(),
        ["selu"] = static x => x.Selu(),
        ["gelu"] = static x => VectorActivation.Of(FusedActivation.Gelu, x),
        ["gelu-tanh"] = static x => VectorActivation.Of(FusedActivation.GeluTanh, x),
        // By its formula, as GPT-2's authors and Hugging Face's gelu_new have it: the same as gelu-tanh but for roundings, and slower.
        ["gelu-new"] = static x => x * 0.5 * ((((x + x.Pow(3.0) * 0.044715) * Math.Sqrt(2 / Math.PI)).Tanh()) + 1),
        ["gelu-quick"] = static x => x * (x * 1.702).Sigmoid(),
        ["silu"] = static x => x.Silu(),
        ["mish"] = static x => x.Mish(),
        ["softplus"] = static x => x.Softplus(),
        ["tanh"] = static x => x.Tanh(),
        ["sigmoid"] = static x => x.Sigmoid(),
        ["identity"] = static x => x,
    };

    /// <summary>Those that kernels work in; the two forms of GPT-2's differ by roundings only.</summary>
    private static readonly Dictionary<Activation, FusedActivation> s_fused = new()
    {
        [s_byName["identity"]] = FusedActivation.Identity,
        [s_byName["relu"]] = FusedActivation.Relu,
        [s_byName["gelu"]] = FusedActivation.Gelu,
        [s_byName["gelu-tanh"]] = FusedActivation.GeluTanh,
        [s_byName["gelu-new"]] = FusedActivation.GeluTanh,
        [s_byName["gelu-quick"]] = FusedActivation.GeluQuick,
        [s_byName["silu"]] = FusedActivation.Silu,
    };

    /// <summary>The activation of a name.</summary>
    /// <exception cref="UserException">No such activation.</exception>
    public static Activation Named(string name) => s_byName.TryGetValue(name, out var activation)
        ? activation
        : throw new UserException($"Activation '{name}' is unknown; expected one of {string.Join(", ", s_byName.Keys)}.");

    /// <summary>What a kernel knows an activation as; null for one that it does not know.</summary>
    internal static FusedActivation? Fused(Activation activation) => s_fused.TryGetValue(activation, out var fused) ? fused : null;

    /// <summary><c>x</c> from 0 on and <c>slope x</c> below.</summary>
    public static Activation LeakyRelu(double slope) => x => x.LeakyRelu(slope);

    /// <summary><c>x sigmoid(β x)</c> (Ramachandran, Zoph and Le 2017, arXiv 1710.05941): with β = 1 the SiLU.</summary>
    public static Activation Swish(double beta) => x => x * (x * beta).Sigmoid();
}
