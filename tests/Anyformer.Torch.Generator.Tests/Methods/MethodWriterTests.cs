using Anyformer.Torch.Generator.Methods;
using Anyformer.Torch.Generator.Schemas;

namespace Anyformer.Torch.Generator.Tests.Methods;

public sealed class MethodWriterTests
{
    [Fact]
    public void WritesAMethodOfTensor() => Assert.Equal(
        """
            /// <summary><c>add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -&gt; Tensor</c></summary>
            public Tensor Add(Tensor other, Scalar? alpha = null)
            {
                Span<BoxedValue> results = stackalloc BoxedValue[1];
                ReadOnlySpan<BoxedValue> arguments = stackalloc BoxedValue[]
                {
                    BoxedValue.From(this),
                    BoxedValue.From(other),
                    alpha is null ? BoxedValue.Default : BoxedValue.From(alpha),
                };
                Operators.add__Tensor.Call(arguments, results);
                GC.KeepAlive(this);
                GC.KeepAlive(other);
                return results[0].ToTensor();
            }

        """,
        Write("add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor"));

    [Fact]
    public void ReturnsTheTensorThatWasWrittenInPlace() => Assert.Equal(
        """
            /// <summary><c>zero_(Tensor(a!) self) -&gt; Tensor(a!)</c></summary>
            public Tensor ZeroInPlace()
            {
                Span<BoxedValue> results = stackalloc BoxedValue[1];
                ReadOnlySpan<BoxedValue> arguments = stackalloc BoxedValue[]
                {
                    BoxedValue.From(this),
                };
                Operators.zero_.Call(arguments, results);
                GC.KeepAlive(this);
                results[0].Release();
                return this;
            }

        """,
        Write("zero_(Tensor(a!) self) -> Tensor(a!)"));

    [Fact]
    public void PinsListsAndText() => Assert.Equal(
        """
            /// <summary><c>einsum(str equation, Tensor[] tensors, *, int[]? path=None) -&gt; Tensor</c></summary>
            public static Tensor Einsum(string equation, ReadOnlySpan<Tensor> tensors, long[]? path = null)
            {
                using var equationBuffer = new Utf8Buffer(equation, stackalloc byte[Utf8Buffer.InlineSize]);
                using var tensorsBuffer = new HandleBuffer(tensors!, stackalloc nint[HandleBuffer.InlineSize]);
                Span<BoxedValue> results = stackalloc BoxedValue[1];
                fixed (byte* equationPointer = equationBuffer)
                fixed (nint* tensorsPointer = tensorsBuffer)
                fixed (long* pathPointer = path)
                {
                    ReadOnlySpan<BoxedValue> arguments = stackalloc BoxedValue[]
                    {
                        BoxedValue.String(equationPointer, equationBuffer.Count),
                        BoxedValue.TensorList(tensorsPointer, tensorsBuffer.Count),
                        path is null ? BoxedValue.None : BoxedValue.IntList(pathPointer, path.Length),
                    };
                    Operators.einsum.Call(arguments, results);
                }
                foreach (var element in tensors) GC.KeepAlive(element);
                return results[0].ToTensor();
            }

        """,
        Write("einsum(str equation, Tensor[] tensors, *, int[]? path=None) -> Tensor"));

    [Fact]
    public void LetsOneNumberStandForAListOfFixedLength() => Assert.Equal(
        """
            /// <summary><c>pool(Tensor self, int[2] size, int[2] stride=[]) -&gt; (Tensor values, Tensor)</c></summary>
            public (Tensor Values, Tensor) Pool(ReadOnlySpan<long> size, ReadOnlySpan<long> stride = default)
            {
                Span<BoxedValue> results = stackalloc BoxedValue[2];
                fixed (long* sizePointer = size)
                fixed (long* stridePointer = stride)
                {
                    ReadOnlySpan<BoxedValue> arguments = stackalloc BoxedValue[]
                    {
                        BoxedValue.From(this),
                        BoxedValue.IntList(sizePointer, size.Length),
                        stride.IsEmpty ? BoxedValue.Default : BoxedValue.IntList(stridePointer, stride.Length),
                    };
                    Operators.pool.Call(arguments, results);
                }
                GC.KeepAlive(this);
                return (results[0].ToTensor(), results[1].ToTensor());
            }

            /// <summary><c>pool(Tensor self, int[2] size, int[2] stride=[]) -&gt; (Tensor values, Tensor)</c>, with one number for every element of a list.</summary>
            [OverloadResolutionPriority(1)]
            public (Tensor Values, Tensor) Pool(long size, long? stride = null)
            {
                long* sizePointer = stackalloc long[] { size, size };
                long* stridePointer = stackalloc long[] { stride.GetValueOrDefault(), stride.GetValueOrDefault() };
                Span<BoxedValue> results = stackalloc BoxedValue[2];
                ReadOnlySpan<BoxedValue> arguments = stackalloc BoxedValue[]
                {
                    BoxedValue.From(this),
                    BoxedValue.IntList(sizePointer, 2),
                    stride is null ? BoxedValue.Default : BoxedValue.IntList(stridePointer, 2),
                };
                Operators.pool.Call(arguments, results);
                GC.KeepAlive(this);
                return (results[0].ToTensor(), results[1].ToTensor());
            }

        """,
        Write("pool(Tensor self, int[2] size, int[2] stride=[]) -> (Tensor values, Tensor)"));

    [Fact]
    public void WritesOneOperatorForAllItsMethods() => Assert.Equal(
        """
        // <auto-generated/>
        #nullable enable

        using System;
        using System.Runtime.CompilerServices;
        using Anyformer.Torch.Native;

        namespace Anyformer.Torch;

        /// <summary>The operators behind the generated methods; libtorch looks each up when it is first called.</summary>
        internal static class Operators
        {
            internal static readonly Operator flip__sized = new("aten::flip", "sized");
            internal static readonly Operator torchvision__nms = new("torchvision::nms", "");
        }

        """,
        MethodWriter.WriteOperators([
            .. Create("flip.sized(Tensor self, int[1] dims) -> Tensor"),
            .. Create("torchvision::nms(Tensor dets) -> Tensor")]));

    private static string Write(string schema) => string.Join("\n", Create(schema).Select(MethodWriter.Write));

    private static IEnumerable<Method> Create(string schema) => MethodFactory.Create(SchemaParser.Parse(schema));
}
