using System.Globalization;
using Anyformer.Torch.Native;

namespace Anyformer.Torch;

/// <summary>A number passed to an operator: an integer, a real number or a truth value, converted implicitly.</summary>
public readonly struct Scalar
{
    internal Scalar(BoxedValue boxed) => Boxed = boxed;

    internal BoxedValue Boxed { get; }

    /// <summary>An integer.</summary>
    public static implicit operator Scalar(long value) => new(BoxedValue.From(value));

    /// <summary>An integer.</summary>
    public static implicit operator Scalar(int value) => new(BoxedValue.From((long)value));

    /// <summary>A real number.</summary>
    public static implicit operator Scalar(double value) => new(BoxedValue.From(value));

    /// <summary>A real number.</summary>
    public static implicit operator Scalar(float value) => new(BoxedValue.From((double)value));

    /// <summary>A truth value.</summary>
    public static implicit operator Scalar(bool value) => new(BoxedValue.From(value));

    /// <summary>The value as a real number.</summary>
    public double ToDouble() => Boxed.Kind == BoxedKind.Real ? Boxed.Real : Boxed.Integer;

    /// <summary>The value as an integer; a real number is truncated.</summary>
    public long ToInt64() => Boxed.Kind == BoxedKind.Real ? (long)Boxed.Real : Boxed.Integer;

    /// <summary>False for zero.</summary>
    public bool ToBoolean() => Boxed.Kind == BoxedKind.Real ? Boxed.Real != 0 : Boxed.Integer != 0;

    /// <inheritdoc/>
    public override string ToString() => Boxed.Kind switch
    {
        BoxedKind.Real => Boxed.Real.ToString(CultureInfo.InvariantCulture),
        BoxedKind.Boolean => ToBoolean().ToString(),
        _ => Boxed.Integer.ToString(CultureInfo.InvariantCulture),
    };
}
