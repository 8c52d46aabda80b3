using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Training;

/// <summary>Shortens gradients that are too long all together (Pascanu, Mikolov and Bengio 2013).</summary>
public static class GradientClipping
{
    /// <summary>Scales all gradients by one factor so that their common Euclidean norm is at most <paramref name="largestNorm"/>.</summary>
    /// <returns>The norm before.</returns>
    public static double ClipNorm(IEnumerable<Parameter> parameters, double largestNorm)
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        Tensor[] gradients = [.. parameters.Select(parameter => parameter.Grad).OfType<Tensor>()];
        if (gradients.Length == 0)
            return 0;
        var norm = Functional.Stack(Functional.ForeachNorm(gradients, 2)).Norm(2).Item<double>();
        var factor = largestNorm / (norm + 1e-6);
        if (factor < 1)
            Functional.ForeachMulInPlace(gradients, factor);
        return norm;
    }
}
