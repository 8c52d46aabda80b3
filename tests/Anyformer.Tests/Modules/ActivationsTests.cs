using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Modules;

public sealed class ActivationsTests
{
    /// <summary>PyTorch's values at -2, -0.5, 0, 0.75 and 3.</summary>
    [Theory]
    [InlineData("relu", new[] { 0.0, 0.0, 0.0, 0.75, 3.0 })]
    [InlineData("relu-squared", new[] { 0.0, 0.0, 0.0, 0.5625, 9.0 })]
    [InlineData("leaky-relu", new[] { -0.02, -0.005, 0.0, 0.75, 3.0 })]
    [InlineData("elu", new[] { -0.86466472, -0.39346934, 0.0, 0.75, 3.0 })]
    [InlineData("selu", new[] { -1.52016647, -0.69175819, 0.0, 0.78802574, 3.15210296 })]
    [InlineData("gelu", new[] { -0.0455001, -0.15426879, 0.0, 0.58002955, 2.99595022 })]
    [InlineData("gelu-tanh", new[] { -0.04540229, -0.154286, 0.0, 0.57996058, 2.99636269 })]
    [InlineData("gelu-quick", new[] { -0.06434138, -0.14961156, 0.0, 0.58639006, 2.98192869 })]
    [InlineData("silu", new[] { -0.23840584, -0.18877034, 0.0, 0.50938404, 2.85772252 })]
    [InlineData("mish", new[] { -0.25250148, -0.22074377, 0.0, 0.61001834, 2.986535 })]
    [InlineData("softplus", new[] { 0.12692801, 0.47407698, 0.69314718, 1.13687101, 3.04858735 })]
    [InlineData("tanh", new[] { -0.96402758, -0.46211717, 0.0, 0.63514894, 0.99505478 })]
    [InlineData("sigmoid", new[] { 0.11920292, 0.37754068, 0.5, 0.67917871, 0.95257413 })]
    [InlineData("identity", new[] { -2.0, -0.5, 0.0, 0.75, 3.0 })]
    public void TheyAreKnownByName(string name, double[] expected) =>
        Tensors.AssertClose(expected, Activations.Named(name)(Tensor.From([-2, -0.5f, 0, 0.75f, 3])), 1e-6);

    [Fact]
    public void SwishTakesItsSteepness() => Tensors.AssertClose(
        [-0.03597242, -0.13447071, 0.0, 0.61318086, 2.99258213], Activations.Swish(2)(Tensor.From([-2, -0.5f, 0, 0.75f, 3])), 1e-6);

    [Fact]
    public void AnotherNameIsRefused() => Assert.Equal(
        "Activation 'swish' is unknown; expected one of relu, relu-squared, leaky-relu, elu, selu, gelu, gelu-tanh, gelu-new, gelu-quick, silu, mish, "
        + "softplus, tanh, sigmoid, identity.",
        Assert.Throws<UserException>(() => Activations.Named("swish")).Message);
}
