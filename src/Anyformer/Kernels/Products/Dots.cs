using System.Numerics;
using System.Runtime.CompilerServices;
using Anyformer.Kernels.Vectors;

namespace Anyformer.Kernels.Products;

/// <summary>Inner products of up to four rows with one more.</summary>
internal static unsafe class Dots<T, TVector, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : struct where TLanes : struct, ILanes<T, TVector>
{
    /// <summary><c>y = x · w + bias</c> for each row x.</summary>
    /// <param name="x">The rows, one behind the other.</param>
    /// <param name="rows">How many, from 1 to 4.</param>
    /// <param name="w">The other row.</param>
    /// <param name="width">Elements of a row.</param>
    /// <param name="bias">What is added.</param>
    /// <param name="y">The results.</param>
    /// <param name="step">Elements from a result to the next.</param>
    internal static void Multiply(T* x, int rows, T* w, int width, T bias, T* y, nint step)
    {
        if (rows == 1)
            y[0] = One(x, w, width) + bias;
        else
            Several(x, rows, w, width, bias, y, step);
    }

    private static T One(T* x, T* w, int width)
    {
        var lanes = TLanes.Count;
        TVector sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        var i = 0;
        for (; i <= width - 4 * lanes; i += 4 * lanes)
        {
            sum0 = Add(x + i, w + i, sum0);
            sum1 = Add(x + i + lanes, w + i + lanes, sum1);
            sum2 = Add(x + i + 2 * lanes, w + i + 2 * lanes, sum2);
            sum3 = Add(x + i + 3 * lanes, w + i + 3 * lanes, sum3);
        }

        for (; i <= width - lanes; i += lanes)
            sum0 = Add(x + i, w + i, sum0);
        return TLanes.Sum(TLanes.Add(TLanes.Add(sum0, sum1), TLanes.Add(sum2, sum3))) + Rest(x, w, i, width);
    }

    /// <summary>Rows that are not there are the first again.</summary>
    private static void Several(T* x, int rows, T* w, int width, T bias, T* y, nint step)
    {
        T* x1 = x + width, x2 = rows > 2 ? x + 2 * (nint)width : x, x3 = rows > 3 ? x + 3 * (nint)width : x;
        TVector sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        var i = 0;
        for (; i <= width - TLanes.Count; i += TLanes.Count)
        {
            var weights = TLanes.Load(w + i);
            sum0 = TLanes.MultiplyAdd(TLanes.Load(x + i), weights, sum0);
            sum1 = TLanes.MultiplyAdd(TLanes.Load(x1 + i), weights, sum1);
            sum2 = TLanes.MultiplyAdd(TLanes.Load(x2 + i), weights, sum2);
            sum3 = TLanes.MultiplyAdd(TLanes.Load(x3 + i), weights, sum3);
        }

        y[0] = TLanes.Sum(sum0) + Rest(x, w, i, width) + bias;
        y[step] = TLanes.Sum(sum1) + Rest(x1, w, i, width) + bias;
        if (rows > 2)
            y[2 * step] = TLanes.Sum(sum2) + Rest(x2, w, i, width) + bias;
        if (rows > 3)
            y[3 * step] = TLanes.Sum(sum3) + Rest(x3, w, i, width) + bias;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Add(T* x, T* w, TVector sum) => TLanes.MultiplyAdd(TLanes.Load(x), TLanes.Load(w), sum);

    private static T Rest(T* x, T* w, int begin, int width)
    {
        var sum = T.Zero;
        for (var i = begin; i < width; i++)
            sum += x[i] * w[i];
        return sum;
    }
}
