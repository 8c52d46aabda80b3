namespace Anyformer.Kernels.Products;

/// <summary>The activations that <see cref="PackedLinear"/> applies while what they take is still in the first cache.</summary>
internal enum FusedActivation
{
    /// <summary>None.</summary>
    Identity,

    /// <summary><c>max(x, 0)</c>.</summary>
    Relu,

    /// <summary>By the normal distribution.</summary>
    Gelu,

    /// <summary>By the hyperbolic tangent.</summary>
    GeluTanh,

    /// <summary><c>x sigmoid(1.702 x)</c>.</summary>
    GeluQuick,

    /// <summary><c>x sigmoid(x)</c>.</summary>
    Silu,
}
