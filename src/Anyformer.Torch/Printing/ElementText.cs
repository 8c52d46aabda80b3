using System.Globalization;
using System.Numerics;

namespace Anyformer.Torch.Printing;

/// <summary>The elements of a tensor as texts of one width.</summary>
internal static class ElementText
{
    /// <returns>The texts in row-major order, and the room that one takes in a line; infinities and nan may take more.</returns>
    internal static (string[] Texts, int Width) Write(Tensor tensor) => tensor.DType switch
    {
        DType.Bool => Align(Array.ConvertAll(tensor.ToArray<bool>(), static value => value ? "True" : "False")),
        DType.Complex64 or DType.Complex128 => WriteComplex(tensor.To(DType.Complex128).ToArray<Complex>()),
        DType.Float16 or DType.Float32 or DType.Float64 or DType.BFloat16 => WriteReal(tensor.To(DType.Float64).ToArray<double>()),
        _ => Align(Array.ConvertAll(tensor.To(DType.Int64).ToArray<long>(), static value => value.ToString(CultureInfo.InvariantCulture))),
    };

    private static (string[], int) Align(string[] texts)
    {
        var width = texts.Max(static text => text.Length);
        return (Array.ConvertAll(texts, text => text.PadLeft(width)), width);
    }

    private static (string[], int) WriteReal(double[] values)
    {
        var format = new RealFormat(values);
        return (Array.ConvertAll(values, format.Write), format.Width);
    }

    private static (string[], int) WriteComplex(Complex[] values)
    {
        var real = new RealFormat(Array.ConvertAll(values, static value => value.Real));
        var imaginary = new RealFormat(Array.ConvertAll(values, static value => value.Imaginary));
        var texts = Array.ConvertAll(values, value => real.Write(value.Real) + WithSign(imaginary.Write(value.Imaginary)) + "j");
        return (texts, real.Width + imaginary.Width + "j".Length);
    }

    private static string WithSign(string text)
    {
        var trimmed = text.TrimStart();
        return trimmed[0] == '-' ? trimmed : "+" + trimmed;
    }
}
