using System.Runtime.CompilerServices;

namespace Anyformer.Kernels.Vectors;

/// <summary>A function of every lane of a register.</summary>
internal interface IElementwise<TVector>
{
    /// <summary>The function's values.</summary>
    static abstract TVector Of(TVector x);
}

/// <summary>A function of every lane of a register, with its derivative.</summary>
internal interface IDifferentiable<TVector> : IElementwise<TVector>
{
    /// <summary>The function's values, and those of its derivative.</summary>
    static abstract TVector Of(TVector x, out TVector slope);
}

/// <summary>What comes in.</summary>
internal readonly struct Identity<TVector> : IElementwise<TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector x) => x;
}

/// <summary><c>max(x, 0)</c>.</summary>
internal readonly struct Relu<TVector, TLanes> : IElementwise<TVector> where TVector : struct where TLanes : struct, ILanes<float, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector x) => TLanes.Max(default, x); // In this order what is no number stays none.
}

/// <summary><c>x sigmoid(x)</c>.</summary>
internal readonly struct Silu<TVector, TLanes> : IElementwise<TVector> where TVector : struct where TLanes : struct, ILanes<float, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector x) => Sigmoid<TVector, TLanes>.Times(x, x);
}

/// <summary><c>x sigmoid(1.702 x)</c> (Hendrycks and Gimpel 2016, arXiv 1606.08415, section 2).</summary>
internal readonly struct GeluQuick<TVector, TLanes> : IElementwise<TVector> where TVector : struct where TLanes : struct, ILanes<float, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector x) => Sigmoid<TVector, TLanes>.Times(x, TLanes.Multiply(x, TLanes.Create(1.702f)));
}

/// <summary><c>x (1 + tanh(u)) / 2 = x sigmoid(2 u)</c> with <c>u = sqrt(2 / π) (x + 0.044715 x³)</c>.</summary>
internal readonly struct GeluTanh<TVector, TLanes> : IDifferentiable<TVector> where TVector : struct where TLanes : struct, ILanes<float, TVector>
{
    private const float Linear = 2 * 0.7978845608f, Cubic = Linear * 0.044715f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector x) => Sigmoid<TVector, TLanes>.Times(x, TLanes.Multiply(x, Factor(TLanes.Multiply(x, x), Cubic)));

    /// <summary>The values, and with <c>s = sigmoid(2 u)</c> the derivative <c>s + x s (1 - s) 2 u'</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector x, out TVector slope)
    {
        // Far below zero all is 0, but for a slope 2 u' that grows without bounds.
        x = TLanes.Max(TLanes.Create(-12), x);
        var square = TLanes.Multiply(x, x);
        // s = 1 / (1 + p) and 1 - s = p s, without a difference that would lose digits.
        var power = Sigmoid<TVector, TLanes>.Power(TLanes.Multiply(x, Factor(square, Cubic)));
        var share = TLanes.Divide(TLanes.Create(1), TLanes.Add(TLanes.Create(1), power));
        var value = TLanes.Multiply(x, share);
        slope = TLanes.MultiplyAdd(TLanes.Multiply(value, TLanes.Multiply(power, share)), Factor(square, 3 * Cubic), share);
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Factor(TVector square, float cubic) => TLanes.MultiplyAdd(square, TLanes.Create(cubic), TLanes.Create(Linear));
}

/// <summary><c>x Φ(x)</c> with the normal distribution Φ (Hendrycks and Gimpel 2016, arXiv 1606.08415).</summary>
/// <remarks>
/// The distribution's tail below -|x| is <c>exp(-x²/2) t P(t)</c> with <c>t = 1 / (1 + 0.28 |x|)</c>; P is a least-squares fit to within 3e-10
/// absolute and, down to x = -6, 2e-6 relative.
/// </remarks>
internal readonly struct Gelu<TVector, TLanes> : IDifferentiable<TVector> where TVector : struct where TLanes : struct, ILanes<float, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector x) => Of(x, out _);

    /// <summary>The values, and the derivative <c>Φ(x) + x φ(x)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector x, out TVector slope)
    {
        var size = TLanes.Max(x, TLanes.Subtract(default, x));
        var bell = PowersOfTwo<float, TVector, TLanes>.Of(TLanes.Multiply(TLanes.Multiply(x, x), TLanes.Create(-0.72134752f)));
        var t = TLanes.Divide(TLanes.Create(1), TLanes.MultiplyAdd(size, TLanes.Create(0.28f), TLanes.Create(1)));
        var p = TLanes.Create(0.04089746103806215f);
        p = TLanes.MultiplyAdd(p, t, TLanes.Create(-0.2223841757311138f));
        p = TLanes.MultiplyAdd(p, t, TLanes.Create(0.4075234440516627f));
        p = TLanes.MultiplyAdd(p, t, TLanes.Create(-0.26163950290334276f));
        p = TLanes.MultiplyAdd(p, t, TLanes.Create(0.25355165595157325f));
        p = TLanes.MultiplyAdd(p, t, TLanes.Create(0.0500563762894218f));
        p = TLanes.MultiplyAdd(p, t, TLanes.Create(0.12098984853650804f));
        p = TLanes.MultiplyAdd(p, t, TLanes.Create(0.11100489304014233f));
        // The tail belongs to -|x|, and the other side's is one minus it: x Φ(x) = max(x, 0) - |x| tail.
        var tail = TLanes.Multiply(TLanes.Multiply(bell, t), p);
        var share = TLanes.Add(tail, TLanes.WhereGreater(x, default, TLanes.MultiplyAdd(tail, TLanes.Create(-2), TLanes.Create(1))));
        slope = TLanes.MultiplyAdd(TLanes.Multiply(x, bell), TLanes.Create(0.3989422804f), share);
        return TLanes.Subtract(TLanes.Max(x, default), TLanes.Multiply(size, tail));
    }
}

/// <summary>The logistic function <c>1 / (1 + exp(-x))</c>.</summary>
internal static class Sigmoid<TVector, TLanes> where TVector : struct where TLanes : struct, ILanes<float, TVector>
{
    /// <summary><c>factor sigmoid(x)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Times(TVector factor, TVector x) => TLanes.Divide(factor, TLanes.Add(TLanes.Create(1), Power(x)));

    /// <summary><c>exp(-x)</c>, up to 2^100: beyond, a quotient is as good as 0, and powers need no more range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Power(TVector x)
    {
        var bounded = TLanes.Max(TLanes.Multiply(x, TLanes.Create(1.44269504f)), TLanes.Create(-100));
        return PowersOfTwo<float, TVector, TLanes>.Of(TLanes.Subtract(default, bounded));
    }
}
