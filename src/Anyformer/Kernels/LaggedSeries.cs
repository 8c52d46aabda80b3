using System.Numerics;
using Anyformer.Torch;

namespace Anyformer.Kernels;

/// <summary>
/// What relates series, (batch, steps, width), to themselves some steps later, the last step followed by the first. The lags, (batch, lags) of
/// integers from 0 to below steps, differ from sample to sample.
/// </summary>
internal static class LaggedSeries
{
    /// <summary><c>[b, t] = sum_i weights[b, i] series[b, t + lags[b, i]]</c>: (batch, steps, width).</summary>
    internal static Tensor Sum(Tensor series, Tensor weights, Tensor lags) =>
        Takes(series, weights, lags) ? new LaggedSum(lags).Apply(series, weights)[0] : ComposeSum(series, weights, lags);

    /// <summary><c>[b, i] = sum_t later[b, t + lags[b, i]] · sooner[b, t]</c>: (batch, lags).</summary>
    internal static Tensor Product(Tensor later, Tensor sooner, Tensor lags) =>
        Takes(later, sooner, lags) ? new LaggedProduct(lags).Apply(later, sooner)[0] : ComposeProduct(later, sooner, lags);

    /// <summary>The sum as a composition of operators: for any device and type, and the reference of the kernel.</summary>
    internal static Tensor ComposeSum(Tensor series, Tensor weights, Tensor lags) => Enumerable.Range(0, (int)lags.Size(1))
        .Select(i => Shifted(series, lags[.., i]) * weights[.., i].Unsqueeze(-1).Unsqueeze(-1))
        .Aggregate(static (sum, term) => sum + term);

    /// <summary>The product as a composition of operators: for any device and type, and the reference of the kernel.</summary>
    internal static Tensor ComposeProduct(Tensor later, Tensor sooner, Tensor lags) => Functional.Stack(
        [.. Enumerable.Range(0, (int)lags.Size(1)).Select(i => (Shifted(later, lags[.., i]) * sooner).Sum([1, 2]))], 1);

    /// <summary>The lags that undo others.</summary>
    internal static Tensor Opposite(Tensor lags, long steps) => (steps - lags).Remainder(steps);

    private static Tensor Shifted(Tensor series, Tensor lag)
    {
        var steps = (Functional.Arange(series.Size(1), device: series.Device) + lag.Unsqueeze(-1)).Remainder(series.Size(1));
        return series.Gather(1, steps.Unsqueeze(-1).Expand(series.Shape));
    }

    private static bool Takes(Tensor left, Tensor right, Tensor lags) =>
        left.Device.Type == DeviceType.Cpu && left.DType is DType.Float32 or DType.Float64 && right.DType == left.DType
        && lags.DType == DType.Int64;
}

/// <summary>The kernel of <see cref="LaggedSeries.Sum"/>.</summary>
internal sealed unsafe class LaggedSum(Tensor lags) : DifferentiableFunction
{
    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        SaveForBackward(inputs[0], inputs[1], lags);
        return [inputs[0].DType == DType.Float32 ? Compute<float>(inputs[0], inputs[1]) : Compute<double>(inputs[0], inputs[1])];
    }

    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
    {
        if (gradients[0] is not { } gradient)
            return [null, null];
        var (series, weights, shifts) = (Saved(0), Saved(1), Saved(2));
        return
        [
            NeedsGradient(0) ? LaggedSeries.Sum(gradient, weights, LaggedSeries.Opposite(shifts, series.Size(1))) : null,
            NeedsGradient(1) ? LaggedSeries.Product(series, gradient, shifts) : null,
        ];
    }

    private Tensor Compute<T>(Tensor series, Tensor weights) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (rows, factors, shifts) = (series.Contiguous(), weights.Contiguous(), lags.Contiguous());
        var (steps, width, count) = (series.Size(1), (int)series.Size(2), (int)lags.Size(1));
        var sums = rows.EmptyLike();
        T* source = (T*)rows.DataPointer, target = (T*)sums.DataPointer, factor = (T*)factors.DataPointer;
        var shift = (long*)shifts.DataPointer;
        TorchParallel.For(series.Size(0) * steps, 16, (begin, end) =>
        {
            for (var row = begin; row < end; row++)
            {
                var (sample, step) = (row / steps, row % steps);
                new Span<T>(target + row * width, width).Clear();
                for (var i = sample * count; i < (sample + 1) * count; i++)
                    Rows<T>.AddScaled(target + row * width, factor[i], source + (sample * steps + (step + shift[i]) % steps) * width, width);
            }
        });
        GC.KeepAlive((rows, factors, shifts));
        return sums;
    }
}

/// <summary>The kernel of <see cref="LaggedSeries.Product"/>.</summary>
internal sealed unsafe class LaggedProduct(Tensor lags) : DifferentiableFunction
{
    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        SaveForBackward(inputs[0], inputs[1], lags);
        return [inputs[0].DType == DType.Float32 ? Compute<float>(inputs[0], inputs[1]) : Compute<double>(inputs[0], inputs[1])];
    }

    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
    {
        if (gradients[0] is not { } gradient)
            return [null, null];
        var (later, sooner, shifts) = (Saved(0), Saved(1), Saved(2));
        return
        [
            NeedsGradient(0) ? LaggedSeries.Sum(sooner, gradient, LaggedSeries.Opposite(shifts, later.Size(1))) : null,
            NeedsGradient(1) ? LaggedSeries.Sum(later, gradient, shifts) : null,
        ];
    }

    private Tensor Compute<T>(Tensor later, Tensor sooner) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (left, right, shifts) = (later.Contiguous(), sooner.Contiguous(), lags.Contiguous());
        var (steps, width, count) = (later.Size(1), (int)later.Size(2), lags.Size(1));
        var products = Functional.Empty([later.Size(0), count], later.DType);
        T* ahead = (T*)left.DataPointer, behind = (T*)right.DataPointer, product = (T*)products.DataPointer;
        var shift = (long*)shifts.DataPointer;
        TorchParallel.For(later.Size(0) * count, 1, (begin, end) =>
        {
            for (var i = begin; i < end; i++)
            {
                var (first, sum) = (i / count * steps, 0.0);
                for (var step = 0L; step < steps; step++)
                {
                    var row = ahead + (first + (step + shift[i]) % steps) * width;
                    sum += double.CreateTruncating(Rows<T>.Dot(row, behind + (first + step) * width, width));
                }

                product[i] = T.CreateTruncating(sum);
            }
        });
        GC.KeepAlive((left, right, shifts));
        return products;
    }
}
