using Anyformer.Torch;

namespace Anyformer.Attention.OptimalTransport;

/// <summary>
/// <c>V diag(1 / (sqrt(max(λ, 0)) + 0.01)) V^T</c> of symmetric matrices <c>V diag(λ) V^T</c>. The derivative of an eigendecomposition divides
/// by differences of eigenvalues; that of the function itself does not, so equal eigenvalues do no harm here.
/// </summary>
internal sealed class InverseSquareRoot : DifferentiableFunction
{
    private const double Epsilon = 1e-2;

    /// <summary>Roots below are noise of the decomposition in single precision.</summary>
    private const double SmallestRoots = 1e-3;

    internal static Tensor Of(Tensor matrices) => new InverseSquareRoot().Apply(matrices)[0];

    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        var (values, vectors) = inputs[0].LinalgEigh();
        var roots = values.ClampMin(0).Sqrt();
        SaveForBackward(vectors, roots);
        return [(vectors / (roots + Epsilon).Unsqueeze(-2)).MatMul(vectors.Transpose(-2, -1))];
    }

    /// <summary>
    /// With <c>f(λ) = 1 / (sqrt(λ) + ε)</c> the divided difference of f is <c>-1 / ((a + ε)(b + ε)(a + b))</c>, a and b the roots (Daleckii
    /// and Krein).
    /// </summary>
    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
    {
        if (gradients[0] is not { } gradient)
            return [null];
        var (vectors, roots) = (Saved(0), Saved(1));
        var shifted = roots + Epsilon;
        var sums = (roots.Unsqueeze(-1) + roots.Unsqueeze(-2)).ClampMin(SmallestRoots);
        var differences = (shifted.Unsqueeze(-1) * shifted.Unsqueeze(-2) * sums).Reciprocal() * -1;
        var turned = vectors.Transpose(-2, -1).MatMul(gradient).MatMul(vectors) * differences;
        return [vectors.MatMul(turned).MatMul(vectors.Transpose(-2, -1))];
    }
}
