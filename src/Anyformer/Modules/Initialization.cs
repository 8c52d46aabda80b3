using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>Ways to fill a parameter with its first values, by PyTorch's formulas, drawn from the default generator.</summary>
public static class Initialization
{
    [ThreadStatic] private static bool t_isSkipped;

    /// <summary>
    /// Leaves the parameters that are made on this thread without values until the result is disposed: for models whose weights are loaded at once after,
    /// all of them. Drawing billions of numbers for nothing takes minutes.
    /// </summary>
    public static IDisposable Skip() => new Skipping();

    /// <summary>The value of every element.</summary>
    public static Parameter Constant(Parameter parameter, double value) => Fill(parameter, tensor => tensor.FillInPlace(value));

    /// <summary>Uniform between two bounds.</summary>
    public static Parameter Uniform(Parameter parameter, double from, double to) => Fill(parameter, tensor => tensor.UniformInPlace(from, to));

    /// <summary>Normal with a mean and a standard deviation.</summary>
    public static Parameter Normal(Parameter parameter, double mean = 0, double deviation = 1) =>
        Fill(parameter, tensor => tensor.NormalInPlace(mean, deviation));

    /// <summary>Normal, cut off at <paramref name="cut"/> standard deviations on both sides (by inversion of the distribution function).</summary>
    public static Parameter TruncatedNormal(Parameter parameter, double mean = 0, double deviation = 1, double cut = 2) => Fill(parameter, tensor =>
    {
        var bound = Erf(cut / Math.Sqrt(2));
        tensor.UniformInPlace(-bound, bound).ErfinvInPlace().MulInPlace(deviation * Math.Sqrt(2)).AddInPlace(mean)
            .ClampInPlace(mean - cut * deviation, mean + cut * deviation);
    });

    /// <summary>Uniform in ±sqrt(6 / (fan in + fan out)) (Glorot and Bengio 2010).</summary>
    public static Parameter XavierUniform(Parameter parameter, double gain = 1)
    {
        var (fanIn, fanOut) = Fans(parameter);
        var bound = gain * Math.Sqrt(6.0 / (fanIn + fanOut));
        return Uniform(parameter, -bound, bound);
    }

    /// <summary>Normal with deviation sqrt(2 / (fan in + fan out)) (Glorot and Bengio 2010).</summary>
    public static Parameter XavierNormal(Parameter parameter, double gain = 1)
    {
        var (fanIn, fanOut) = Fans(parameter);
        return Normal(parameter, 0, gain * Math.Sqrt(2.0 / (fanIn + fanOut)));
    }

    /// <summary>Uniform in ±gain sqrt(3 / fan in) (He et al. 2015); <paramref name="slope"/> is that of the leaky rectifier that follows.</summary>
    public static Parameter KaimingUniform(Parameter parameter, double slope)
    {
        var bound = RectifierGain(slope) * Math.Sqrt(3.0 / Fans(parameter).In);
        return Uniform(parameter, -bound, bound);
    }

    /// <summary>Normal with deviation gain / sqrt(fan in) (He et al. 2015); <paramref name="slope"/> is that of the leaky rectifier that follows.</summary>
    public static Parameter KaimingNormal(Parameter parameter, double slope) =>
        Normal(parameter, 0, RectifierGain(slope) / Math.Sqrt(Fans(parameter).In));

    /// <summary>PyTorch's default for linear and convolution weights and, with the weight's fan in, their biases: U(±1/sqrt(fan in)).</summary>
    public static Parameter InverseFanIn(Parameter parameter, long fanIn)
    {
        var bound = fanIn > 0 ? 1 / Math.Sqrt(fanIn) : 0;
        return Uniform(parameter, -bound, bound);
    }

    /// <summary>Inputs and outputs of one unit: (out, in, kernel...) counts the kernel's positions.</summary>
    internal static (long In, long Out) Fans(Tensor weight)
    {
        var shape = weight.Shape;
        if (shape.Length < 2)
            throw new ArgumentException($"Fan in and fan out need two dimensions, the parameter has {shape.Length}.");
        var positions = shape.Skip(2).Aggregate(1L, (product, size) => product * size);
        return (shape[1] * positions, shape[0] * positions);
    }

    private static double RectifierGain(double slope) => Math.Sqrt(2 / (1 + slope * slope));

    private static double Erf(double x)
    {
        using var scope = new TensorScope();
        return Tensor.From(x).Erf().Item<double>();
    }

    private static Parameter Fill(Parameter parameter, Action<Tensor> fill)
    {
        if (t_isSkipped)
            return parameter;
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        fill(parameter);
        return parameter;
    }

    private sealed class Skipping : IDisposable
    {
        private readonly bool _outer = t_isSkipped;

        internal Skipping() => t_isSkipped = true;

        public void Dispose() => t_isSkipped = _outer;
    }
}
