using Anyformer.Torch.Generator.Methods;
using Anyformer.Torch.Generator.Schemas;

namespace Anyformer.Torch.Generator.Tests.Methods;

public sealed class MethodFactoryTests
{
    [Theory]
    [InlineData("relu(Tensor self) -> Tensor", "public Tensor Relu()")]
    [InlineData("linear(Tensor input) -> Tensor", "public static Tensor Linear(Tensor input)")]
    [InlineData("pow.Scalar(Scalar self, Tensor exponent) -> Tensor", "public static Tensor Pow(Scalar self, Tensor exponent)")]
    [InlineData("_unique2(Tensor self) -> Tensor => Unique", "public Tensor Unique()")]
    [InlineData("f(Tensor[] params, Tensor?[] x) -> ()", "public static void F(ReadOnlySpan<Tensor> @params, ReadOnlySpan<Tensor?> x)")]
    [InlineData("f(SymInt[] n, float[] x, bool[3] b) -> ()",
        "public static void F(ReadOnlySpan<long> n, ReadOnlySpan<double> x, ReadOnlySpan<bool> b)")]
    [InlineData("f(int? a=None, float? b=None, bool? c=None, float[]? d=None) -> ()",
        "public static void F(long? a = null, double? b = null, bool? c = null, double[]? d = null)")]
    [InlineData("f(int a=-1, float b=1e-05, float c=2., bool d=True) -> ()",
        "public static void F(long a = -1, double b = 1E-05, double c = 2, bool d = true)")]
    [InlineData("f(int reduction=Mean, str mode='none', str? norm=None) -> ()",
        "public static void F(long reduction = 1, string mode = \"none\", string? norm = null)")]
    [InlineData("f(Tensor x, ScalarType dtype=4, MemoryFormat format=contiguous_format) -> ()",
        "public static void F(Tensor x, DType dtype = (DType)4, MemoryFormat format = (MemoryFormat)0)")]
    [InlineData("f(Tensor? x, Scalar y, Scalar? min=None, Layout? layout=None, Device? device=None, Generator? generator=None) -> ()",
        "public static void F(Tensor? x, Scalar y, Scalar? min = null, Layout? layout = null, Device? device = null, " +
        "Generator? generator = null)")]
    [InlineData("f(Tensor x) -> (int, float, bool, Scalar, Tensor?, Tensor[] parts)",
        "public static (long, double, bool, Scalar, Tensor?, Tensor[] Parts) F(Tensor x)")]
    [InlineData("f.out(Tensor x, *, Tensor(a!) out) -> Tensor(a!)", "public static Tensor F(Tensor x, Tensor @out)")]
    public void TypesAndDefaultsBecomeCSharp(string schema, string expected) => Assert.Equal(expected, Declaration(schema));

    [Fact]
    public void WhatComesBeforeARequiredArgumentIsRequiredToo() => Assert.Equal(
        "public Tensor F(Scalar? alpha, ReadOnlySpan<long> dims, Tensor? weight, long to, bool keepdim = false)",
        Declaration("f(Tensor self, Scalar alpha=1, int[] dims=[], Tensor? weight=None, *, int to, bool keepdim=False) -> Tensor"));

    [Theory]
    [InlineData("f(Tensor x) -> ()", 0)]
    [InlineData("f(Tensor self, *, ScalarType? dtype=None) -> ()", -1)]
    [InlineData("f(Tensor self, int dim, *, ScalarType? dtype=None) -> ()", 0)]
    public void MethodsThatMayTakeAnEnumFirstGiveWay(string schema, int priority) => Assert.Equal(priority, First(schema).Priority);

    [Theory]
    [InlineData("f(Tensor x, Scalar[] values) -> ()", 12, "argument 'values' has type 'Scalar[]'; expected int,")]
    [InlineData("f(Stream s) -> ()", 2, "argument 's' has type 'Stream'; expected int,")]
    [InlineData("f(Tensor[]? x) -> ()", 2, "argument 'x' has type 'Tensor[]?'; expected int,")]
    [InlineData("f(int n=many) -> ()", 2, "argument 'n' has the default 'many'; expected an integer")]
    [InlineData("f(float? p=high) -> ()", 2, "argument 'p' has the default 'high'; expected a finite number or None")]
    [InlineData("f(Tensor x=0) -> ()", 2, "argument 'x' has the default '0'; expected none at all")]
    [InlineData("f(int[]? x=[1]) -> ()", 2, "argument 'x' has the default '[1]'; expected None")]
    [InlineData("f() -> (Tensor, str)", 16, "a result has type 'str'; expected Tensor,")]
    [InlineData("f(Tensor(a!) x) -> Tensor(b!)", 19, "a result has type 'Tensor(b!)'; expected a Tensor argument with the alias 'b!'")]
    public void RefusesWhatHasNoCounterpart(string schema, int column, string expected)
    {
        var error = Assert.Throws<SchemaException>(() => MethodFactory.Create(SchemaParser.Parse(schema)).ToList());

        Assert.Equal(ProblemKind.Unsupported, error.Kind);
        Assert.Equal(column, error.Column);
        Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
    }

    private static Method First(string schema) => MethodFactory.Create(SchemaParser.Parse(schema)).First();

    private static string Declaration(string schema) =>
        MethodWriter.Write(First(schema)).Split('\n').First(line => line.StartsWith("    public", StringComparison.Ordinal)).Trim();
}
