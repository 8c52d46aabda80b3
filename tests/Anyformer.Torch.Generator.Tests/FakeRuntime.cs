// What generated methods call, with the signatures of Anyformer.Torch and nothing behind them: the tests compile against it.
#nullable enable
#pragma warning disable CS1591
using System;

namespace Anyformer.Torch
{
    public partial class Tensor;

    public sealed class Generator;

    public enum DType : sbyte;

    public enum Layout;

    public enum MemoryFormat;

    public readonly struct Device;

    public readonly struct Scalar
    {
        public static implicit operator Scalar(long value) => default;
        public static implicit operator Scalar(int value) => default;
        public static implicit operator Scalar(double value) => default;
        public static implicit operator Scalar(float value) => default;
        public static implicit operator Scalar(bool value) => default;
    }
}

namespace Anyformer.Torch.Native
{
    internal sealed class Operator(string name, string overload)
    {
        internal string FullName => $"{name}.{overload}";

        internal int Call(ReadOnlySpan<BoxedValue> arguments, Span<BoxedValue> results) => arguments.Length + results.Length;
    }

    internal unsafe struct BoxedValue
    {
        internal static BoxedValue Default => default;
        internal static BoxedValue None => default;

        internal static BoxedValue From(Tensor? value) => default;
        internal static BoxedValue From(long value) => default;
        internal static BoxedValue From(double value) => default;
        internal static BoxedValue From(bool value) => default;
        internal static BoxedValue From(Scalar value) => default;
        internal static BoxedValue From(DType value) => default;
        internal static BoxedValue From(MemoryFormat value) => default;
        internal static BoxedValue From(Device value) => default;
        internal static BoxedValue From(long? value) => default;
        internal static BoxedValue From(double? value) => default;
        internal static BoxedValue From(bool? value) => default;
        internal static BoxedValue From(Scalar? value) => default;
        internal static BoxedValue From(DType? value) => default;
        internal static BoxedValue From(Layout? value) => default;
        internal static BoxedValue From(MemoryFormat? value) => default;
        internal static BoxedValue From(Device? value) => default;
        internal static BoxedValue From(Generator? value) => default;

        internal static BoxedValue IntList(long* elements, int count) => default;
        internal static BoxedValue DoubleList(double* elements, int count) => default;
        internal static BoxedValue BoolList(bool* elements, int count) => default;
        internal static BoxedValue TensorList(nint* handles, int count) => default;
        internal static BoxedValue OptionalTensorList(nint* handles, int count) => default;
        internal static BoxedValue String(byte* utf8, int count) => default;

        internal readonly Tensor ToTensor() => new();
        internal readonly Tensor? ToOptionalTensor() => null;
        internal readonly Tensor[] ToTensorArray() => [];
        internal readonly long ToInt64() => 0;
        internal readonly double ToDouble() => 0;
        internal readonly bool ToBoolean() => false;
        internal readonly Scalar ToScalar() => default;
        internal readonly void Release() { }
    }

    internal readonly ref struct HandleBuffer(ReadOnlySpan<Tensor?> tensors, Span<nint> inline)
    {
        internal const int InlineSize = 32;
        private readonly Span<nint> _handles = inline[..tensors.Length];

        internal int Count => _handles.Length;
        internal ref nint GetPinnableReference() => ref _handles.GetPinnableReference();
        internal void Dispose() { }
    }

    internal readonly ref struct Utf8Buffer(string? text, Span<byte> inline)
    {
        internal const int InlineSize = 128;
        private readonly Span<byte> _bytes = inline;

        internal int Count => text is null ? -1 : _bytes.Length;
        internal ref byte GetPinnableReference() => ref _bytes.GetPinnableReference();
        internal void Dispose() { }
    }
}
