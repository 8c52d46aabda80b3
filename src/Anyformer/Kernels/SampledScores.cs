using System.Numerics;
using Anyformer.Torch;

namespace Anyformer.Kernels;

/// <summary>
/// The inner products of every query with keys of its own choice, without a copy of those keys for every query, which the composition of
/// operators needs. It has no backward pass: who samples scores does so to choose.
/// </summary>
internal static class SampledScores
{
    /// <summary>Elements of the keys that the composition copies at a time.</summary>
    private const long MostElements = 1 << 22;

    /// <summary>The scores, (batch, heads, queries, sampled).</summary>
    /// <param name="queries">(batch, heads, queries, width).</param>
    /// <param name="keys">(batch, heads, keys, width).</param>
    /// <param name="samples">Numbers of keys, (queries, sampled), the same for all samples and heads.</param>
    internal static Tensor Of(Tensor queries, Tensor keys, Tensor samples) => Takes(queries, keys, samples)
        ? queries.DType == DType.Float32 ? Compute<float>(queries, keys, samples) : Compute<double>(queries, keys, samples)
        : Compose(queries, keys, samples);

    /// <summary>The same in operators, some queries at a time: for any device and type, and the reference of the kernel.</summary>
    internal static Tensor Compose(Tensor queries, Tensor keys, Tensor samples)
    {
        var (count, sampled) = (queries.Size(2), samples.Size(1));
        var step = Math.Clamp(MostElements / Math.Max(1, queries.Size(0) * queries.Size(1) * sampled * queries.Size(3)), 1, count);
        var scores = new List<Tensor>();
        for (var begin = 0L; begin < count; begin += step)
        {
            var some = Math.Min(step, count - begin);
            var chosen = keys.IndexSelect(2, samples.Narrow(0, begin, some).Flatten()).Unflatten(2, [some, sampled]);
            scores.Add(chosen.MatMul(queries.Narrow(2, begin, some).Unsqueeze(-1)).Squeeze(-1));
        }

        return Functional.Cat([.. scores], 2);
    }

    private static bool Takes(Tensor queries, Tensor keys, Tensor samples) =>
        queries.Device.Type == DeviceType.Cpu && queries.DType is DType.Float32 or DType.Float64 && keys.DType == queries.DType
        && samples.DType == DType.Int64 && Rows<float>.Takes(queries) && Rows<float>.Takes(keys);

    private static unsafe Tensor Compute<T>(Tensor queries, Tensor keys, Tensor samples) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (pairs, count, sampled) = (queries.Size(0) * queries.Size(1), (int)queries.Size(2), (int)samples.Size(1));
        var scores = Functional.Empty([queries.Size(0), queries.Size(1), count, sampled], queries.DType);
        var chosen = Checked(samples, keys.Size(2));
        var (left, right) = (new Rows<T>(queries), new Rows<T>(keys));
        var numbers = (long*)chosen.DataPointer;
        var results = (T*)scores.DataPointer;
        TorchParallel.For(pairs, 1, (begin, end) =>
        {
            for (var pair = begin; pair < end; pair++)
            {
                var (asking, answering) = (left.Block(pair), right.Block(pair));
                for (var query = 0; query < count; query++)
                    for (var i = query * sampled; i < (query + 1) * sampled; i++)
                        results[pair * count * sampled + i] = Rows<T>.Dot(asking.Row(query), answering.Row((int)numbers[i]), left.Width);
            }
        });
        GC.KeepAlive((queries, keys, chosen));
        return scores;
    }

    /// <summary>The numbers side by side in memory, each that of a key: the kernel reads by address.</summary>
    private static Tensor Checked(Tensor samples, long keys)
    {
        foreach (var number in samples.Contiguous().AsSpan<long>())
            if (number < 0 || number >= keys)
                throw new UserException($"A sampled key must be one of {keys}, found number {number}.");
        return samples.Contiguous();
    }
}
