using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>The fixed waves that tell positions apart (Vaswani et al. 2017, arXiv 1706.03762, section 3.5).</summary>
public static class Sinusoids
{
    /// <summary>
    /// (positions, width): <c>[p, 2i] = sin(p w_i)</c>, <c>[p, 2i+1] = cos(p w_i)</c> with <c>w_i = 10000^(-2i / width)</c>; an odd width ends on a sine.
    /// </summary>
    public static Tensor Interleaved(int positions, int width)
    {
        using var scope = new TensorScope();
        return scope.Keep(Interleaved(Functional.Arange(positions), width));
    }

    /// <summary>As <see cref="Interleaved(int, int)"/>, at any positions.</summary>
    /// <param name="positions">(...), of any type.</param>
    /// <param name="width">Width of a vector.</param>
    /// <param name="formula">How the frequencies are computed.</param>
    /// <returns>(..., width), in single precision.</returns>
    public static Tensor Interleaved(Tensor positions, long width, FrequencyFormula formula = FrequencyFormula.Exponential)
    {
        using var scope = new TensorScope();
        // In single precision and by these formulas as the references compute it: at position 5000 the rounding of the frequency shows.
        var exponents = Functional.Arange(0, width, 2, DType.Float32, device: positions.Device);
        var angles = Angles(positions, formula == FrequencyFormula.Exponential
            ? (exponents * (-Math.Log(10000) / width)).Exp()
            : Functional.Pow(10000.0, -exponents / width));
        return scope.Keep(Functional.Stack([angles.Sin(), angles.Cos()], -1).Flatten(-2).Narrow(-1, 0, width));
    }

    /// <summary>All sines and then all cosines: (..., 2 · frequencies) at positions (...).</summary>
    public static Tensor Split(Tensor positions, Tensor frequencies)
    {
        using var scope = new TensorScope();
        var angles = Angles(positions, frequencies);
        return scope.Keep(Functional.Cat([angles.Sin(), angles.Cos()], -1));
    }

    /// <summary>
    /// All sines and then all cosines of the frequencies <c>10000^(-i / (half - 1))</c>, half being half the width; an odd width ends on a zero. So
    /// do tensor2tensor and fairseq.
    /// </summary>
    /// <param name="positions">(...), of any type.</param>
    /// <param name="width">Width of a vector, 2 or more.</param>
    /// <returns>(..., width), in single precision.</returns>
    public static Tensor HalfSplit(Tensor positions, long width)
    {
        using var scope = new TensorScope();
        var half = width / 2;
        var exponents = Functional.Arange(half, DType.Float32, device: positions.Device);
        var waves = Split(positions, (exponents * (-Math.Log(10000) / Math.Max(1, half - 1))).Exp());
        return scope.Keep(width % 2 == 0 ? waves : waves.ConstantPadNd([0, 1]));
    }

    private static Tensor Angles(Tensor positions, Tensor frequencies) => positions.To(frequencies.DType).Unsqueeze(-1) * frequencies;
}
