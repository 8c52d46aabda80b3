using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Anyformer.Torch;

namespace Anyformer.Kernels;

/// <summary>
/// Random bits as a pure function of a seed and a position, so that a backward pass draws what the forward pass drew without storing it, and any
/// thread can draw any part. Two rounds of the 32-bit finaliser of MurmurHash3 (Appleby, public domain), keyed by the seed.
/// </summary>
internal readonly struct CounterRandom
{
    private readonly uint _key1;
    private readonly uint _key2;

    private CounterRandom(long seed) => (_key1, _key2) = ((uint)seed, (uint)(seed >> 32));

    /// <summary>A generator whose seed is the next number of libtorch's default generator: runs repeat as with any other operator.</summary>
    internal static CounterRandom Draw()
    {
        using var scope = new TensorScope();
        return new CounterRandom(Functional.Empty([1], DType.Int64).RandomInPlace().Item<long>());
    }

    /// <summary>
    /// Multiplies <paramref name="source"/>, the elements from <paramref name="start"/> on, by 0 with a probability and by 1 / (1 - probability) otherwise.
    /// </summary>
    internal void Drop<T>(ReadOnlySpan<T> source, Span<T> target, uint start, double probability) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var threshold = Threshold(probability);
        var scale = T.CreateTruncating(1 / (1 - probability));
        var i = 0;
        if (typeof(T) == typeof(float))
            i = DropVectors(MemoryMarshal.Cast<T, float>(source), MemoryMarshal.Cast<T, float>(target), start, threshold, (float)(1 / (1 - probability)));
        for (; i < source.Length; i++)
            target[i] = Bits(start + (uint)i) >= threshold ? source[i] * scale : T.Zero;
    }

    /// <summary>What <see cref="Drop"/> multiplies the elements of a tensor by, counted from its first.</summary>
    internal Tensor Kept(Tensor like, double probability)
    {
        var kept = like.OnesLike();
        if (kept.DType == DType.Float32)
            Drop<float>(kept.AsSpan<float>(), kept.AsSpan<float>(), 0, probability);
        else
            Drop<double>(kept.AsSpan<double>(), kept.AsSpan<double>(), 0, probability);
        return kept;
    }

    /// <summary>What <see cref="Drop"/> multiplies the sixteen elements from <paramref name="start"/> on by.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vector512<float> Factors(uint start, double probability)
    {
        var position = Vector512.Create(start) + Vector512<uint>.Indices;
        var bits = Mix(Mix(position ^ Vector512.Create(_key1)) + Vector512.Create(_key2));
        var kept = Vector512.GreaterThanOrEqual(bits, Vector512.Create(Threshold(probability)));
        return kept.AsSingle() & Vector512.Create((float)(1 / (1 - probability)));
    }

    /// <summary>Bits below this mean that an element is dropped.</summary>
    private static uint Threshold(double probability) => (uint)Math.Min(uint.MaxValue, probability * 4294967296.0);

    private int DropVectors(ReadOnlySpan<float> source, Span<float> target, uint start, uint threshold, float scale)
    {
        var width = Vector<float>.Count;
        var position = new Vector<uint>(start) + Vector<uint>.Indices;
        var i = 0;
        for (; i <= source.Length - width; i += width, position += new Vector<uint>((uint)width))
        {
            var kept = Vector.GreaterThanOrEqual(Bits(position), new Vector<uint>(threshold));
            (Vector.ConditionalSelect(Vector.As<uint, float>(kept), new Vector<float>(source[i..]) * scale, Vector<float>.Zero)).CopyTo(target[i..]);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Bits(uint position) => Mix(Mix(position ^ _key1) + _key2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector<uint> Bits(Vector<uint> position) => Mix(Mix(position ^ new Vector<uint>(_key1)) + new Vector<uint>(_key2));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mix(uint x)
    {
        x = (x ^ (x >> 16)) * 0x85ebca6b;
        x = (x ^ (x >> 13)) * 0xc2b2ae35;
        return x ^ (x >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Mix(Vector<uint> x)
    {
        x = (x ^ (x >>> 16)) * new Vector<uint>(0x85ebca6b);
        x = (x ^ (x >>> 13)) * new Vector<uint>(0xc2b2ae35);
        return x ^ (x >>> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Mix(Vector512<uint> x)
    {
        x = (x ^ (x >>> 16)) * 0x85ebca6b;
        x = (x ^ (x >>> 13)) * 0xc2b2ae35;
        return x ^ (x >>> 16);
    }
}
