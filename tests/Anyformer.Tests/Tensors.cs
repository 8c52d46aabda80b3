using Anyformer.Torch;

namespace Anyformer.Tests;

/// <summary>Tensors of drawn numbers, and comparisons. The default generator is left alone.</summary>
internal static class Tensors
{
    /// <summary>Standard normal numbers in double precision.</summary>
    public static Tensor Normal64(int seed, params ReadOnlySpan<long> shape)
    {
        var random = new Random(seed);
        var numbers = new double[Count(shape)];
        foreach (ref var number in numbers.AsSpan())
            number = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return Tensor.From<double>(numbers, shape);
    }

    /// <summary>Standard normal numbers in single precision.</summary>
    public static Tensor Normal(int seed, params ReadOnlySpan<long> shape)
    {
        using var scope = new TensorScope();
        return scope.Keep(Normal64(seed, shape).To(DType.Float32));
    }

    /// <summary>The elements in double precision, row-major.</summary>
    public static double[] Numbers(this Tensor tensor)
    {
        using var scope = new TensorScope();
        return tensor.Detach().To(DType.Float64).ToArray<double>();
    }

    /// <summary>Every element within <paramref name="tolerance"/>, absolute and relative.</summary>
    public static void AssertClose(IReadOnlyList<double> expected, Tensor actual, double tolerance = 1e-5)
    {
        var numbers = actual.Numbers();
        Assert.Equal(expected.Count, numbers.Length);
        for (var i = 0; i < numbers.Length; i++)
            Assert.True(Math.Abs(numbers[i] - expected[i]) <= tolerance * (1 + Math.Abs(expected[i])),
                $"element {i} is {numbers[i]:R}, expected {expected[i]:R}");
    }

    /// <summary>The same shape, and every element within <paramref name="tolerance"/>, absolute and relative.</summary>
    public static void AssertClose(Tensor expected, Tensor actual, double tolerance = 1e-5)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        AssertClose(expected.Numbers(), actual, tolerance);
    }

    /// <summary>The same shape and the same bits.</summary>
    public static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.Numbers(), actual.Numbers());
    }

    private static long Count(ReadOnlySpan<long> shape)
    {
        var count = 1L;
        foreach (var size in shape)
            count *= size;
        return count;
    }
}
