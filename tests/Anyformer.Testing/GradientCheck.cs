using System.Globalization;
using Anyformer.Torch;

namespace Anyformer.Testing;

/// <summary>Compares what autograd says about a function with central differences.</summary>
public static class GradientCheck
{
    private const double Step = 1e-5;
    private const double AbsoluteTolerance = 1e-7;
    private const double RelativeTolerance = 1e-5;

    /// <summary>
    /// Checks the gradient of <paramref name="f"/>, a smooth function around <paramref name="inputs"/>, with respect to each of them.
    /// An output with more than one element is weighted with fixed numbers, so that no error cancels out.
    /// </summary>
    /// <param name="f">Gives a real tensor of any shape; must not change its inputs.</param>
    /// <param name="inputs">Of type float64.</param>
    public static void Assert(Func<Tensor[], Tensor> f, params Tensor[] inputs)
    {
        foreach (var input in inputs)
            if (input.DType != DType.Float64)
                throw new ArgumentException($"Differences need float64 inputs, {input.DType} was given.", nameof(inputs));
        using var scope = new TensorScope();
        var gradients = Gradients(f, inputs);
        for (var i = 0; i < inputs.Length; i++)
            Compare(i, gradients[i], Differences(f, inputs, i));
    }

    private static double[][] Gradients(Func<Tensor[], Tensor> f, Tensor[] inputs)
    {
        var leaves = Array.ConvertAll(inputs, input => input.Detach().Clone());
        foreach (var leaf in leaves)
            leaf.RequiresGrad = true;
        var output = f(leaves);
        var gradients = Autograd.Grad([output], leaves, [Weights(output)], allowUnused: true);
        return gradients.Select((gradient, i) => gradient?.ToArray<double>() ?? new double[inputs[i].ElementCount]).ToArray();
    }

    private static double[] Differences(Func<Tensor[], Tensor> f, Tensor[] inputs, int varied)
    {
        var elements = inputs[varied].Detach().ToArray<double>();
        var differences = new double[elements.Length];
        for (var i = 0; i < elements.Length; i++)
        {
            var element = elements[i];
            var step = Step * Math.Max(1, Math.Abs(element));
            elements[i] = element + step;
            var above = Value(f, inputs, varied, elements);
            elements[i] = element - step;
            var below = Value(f, inputs, varied, elements);
            elements[i] = element;
            differences[i] = (above - below) / (2 * step);
        }

        return differences;
    }

    private static double Value(Func<Tensor[], Tensor> f, Tensor[] inputs, int varied, double[] elements)
    {
        using var scope = new TensorScope();
        var moved = Array.ConvertAll(inputs, input => input.Detach());
        moved[varied] = Tensor.From(elements, inputs[varied].Shape.AsSpan());
        // What f differentiates inside itself must be recorded.
        foreach (var input in moved)
            input.RequiresGrad = true;
        var output = f(moved);
        return (output * Weights(output)).Sum().Item<double>();
    }

    private static Tensor Weights(Tensor output) =>
        (Functional.Arange(output.ElementCount, dtype: DType.Float64) * 0.7 + 1).Cos().Reshape(output.Shape);

    private static void Compare(int input, double[] gradients, double[] differences)
    {
        for (var i = 0; i < differences.Length; i++)
        {
            var tolerance = AbsoluteTolerance + RelativeTolerance * Math.Abs(differences[i]);
            if (!(Math.Abs(gradients[i] - differences[i]) <= tolerance))
                Xunit.Assert.Fail(string.Create(CultureInfo.InvariantCulture,
                    $"Gradient of input {input}, element {i}: {gradients[i]:R} from autograd, {differences[i]:R} from differences."));
        }
    }
}
