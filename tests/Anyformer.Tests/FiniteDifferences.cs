using Anyformer.Torch;

namespace Anyformer.Tests;

/// <summary>Compares gradients with what the loss does when an element is moved a little.</summary>
internal static class FiniteDifferences
{
    private const double Step = 1e-5;
    private const int MostElements = 5;

    /// <summary>Checks the gradients of leaves in double precision; of large ones, elements spread over the whole.</summary>
    public static void AssertGradients(IEnumerable<Tensor> leaves, Func<Tensor> loss, double tolerance = 1e-7)
    {
        using (new TensorScope())
            loss().Backward();
        foreach (var leaf in leaves)
        {
            // What the loss does not reach has no gradient, and then its slope must be 0.
            var gradient = leaf.Grad?.Numbers() ?? new double[leaf.ElementCount];
            for (var i = 0; i < gradient.Length; i += Math.Max(1, gradient.Length / MostElements))
            {
                var slope = Slope(leaf, i, loss);
                Assert.True(Math.Abs(slope - gradient[i]) <= tolerance * (1 + Math.Abs(slope)),
                    $"the gradient at {i} is {gradient[i]:R}, the slope {slope:R}");
            }
        }
    }

    private static double Slope(Tensor leaf, int index, Func<Tensor> loss)
    {
        var elements = leaf.AsSpan<double>();
        var held = elements[index];
        elements[index] = held + Step;
        var above = Value(loss);
        elements[index] = held - Step;
        var below = Value(loss);
        elements[index] = held;
        return (above - below) / (2 * Step);
    }

    private static double Value(Func<Tensor> loss)
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        return loss().Item<double>();
    }
}
