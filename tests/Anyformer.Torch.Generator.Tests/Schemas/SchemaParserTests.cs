using Anyformer.Testing;
using Anyformer.Torch.Generator.Schemas;
using FsCheck.Fluent;

namespace Anyformer.Torch.Generator.Tests.Schemas;

public sealed class SchemaParserTests
{
    private static readonly string[] Lines =
        [.. Compiler.ReadResource("operators.txt").Split('\n').Where(line => line.Length > 0 && line[0] != '#')];

    [Fact]
    public void ReadsNamesArgumentsAndResults()
    {
        var schema = SchemaParser.Parse("add_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)");

        Assert.Equal("aten::add_", schema.Name);
        Assert.Equal("add_", schema.BaseName);
        Assert.Equal("Tensor", schema.Overload);
        Assert.Equal(["self", "other", "alpha"], schema.Arguments.Select(argument => argument.Name));
        Assert.Equal([null, null, "1"], schema.Arguments.Select(argument => argument.Default));
        Assert.True(schema.Arguments[0].Type.IsWritten);
        Assert.Equal("a!", Assert.Single(schema.Results).Type.Alias);
        Assert.Null(schema.MethodName);
    }

    [Fact]
    public void ReadsNamespacesAndMethodNames()
    {
        var schema = SchemaParser.Parse("  torchvision::nms(Tensor dets, float iou_threshold) -> Tensor => NonMaximumSuppression ");

        Assert.Equal("torchvision::nms", schema.Name);
        Assert.Equal("", schema.Overload);
        Assert.Equal("NonMaximumSuppression", schema.MethodName);
        Assert.Equal("torchvision::nms(Tensor dets, float iou_threshold) -> Tensor", schema.Text);
    }

    [Theory]
    [InlineData("Tensor", "Tensor", false, false, null, false)]
    [InlineData("Tensor?", "Tensor", false, false, null, true)]
    [InlineData("Tensor(a -> *)", "Tensor", false, false, null, false)]
    [InlineData("Tensor?[]", "Tensor", true, true, null, false)]
    [InlineData("int[2]", "int", false, true, 2, false)]
    [InlineData("SymInt[1]?", "SymInt", false, true, 1, true)]
    [InlineData("Tensor(a!)[]", "Tensor", false, true, null, false)]
    public void ReadsTypes(string text, string element, bool elementIsOptional, bool isList, int? size, bool isOptional)
    {
        var type = SchemaParser.Parse($"f({text} x) -> ()").Arguments[0].Type;

        Assert.Equal(new SchemaType(element, type.Alias, elementIsOptional, isList, size, isOptional, text), type);
    }

    [Theory]
    [InlineData("int[2] x=[0, 1], int y=3", "[0, 1]")]
    [InlineData("str x=\"a, (b)\", int y=3", "\"a, (b)\"")]
    [InlineData("str x=')', int y=3", "')'")]
    [InlineData("float x=1e-05", "1e-05")]
    [InlineData("Scalar? x=None", "None")]
    public void ReadsDefaults(string arguments, string expected) =>
        Assert.Equal(expected, SchemaParser.Parse($"f({arguments}) -> ()").Arguments[0].Default);

    [Fact]
    public void ReadsNamedAndNamelessResults()
    {
        Assert.Equal(["values", "indices"], Parse("(Tensor values, Tensor indices)"));
        Assert.Equal([null, null], Parse("(Tensor, Tensor)"));
        Assert.Equal([null], Parse("Tensor(a)[]"));
        Assert.Empty(Parse("()"));

        static IEnumerable<string?> Parse(string results) =>
            SchemaParser.Parse($"f(Tensor x) -> {results}").Results.Select(result => result.Name);
    }

    [Theory]
    [InlineData("", "expected the name of an operator at column 1, found the end of the line")]
    [InlineData("add", "expected '(' at column 4, found the end of the line")]
    [InlineData("2d(Tensor x) -> Tensor", "expected the name of an operator at column 1, found '2d'")]
    [InlineData("add(Tensor) -> Tensor", "expected the name of an argument at column 11, found ')'")]
    [InlineData("add(Tensor x Tensor y) -> Tensor", "expected ',' or ')' at column 14, found 'T'")]
    [InlineData("add(Tensor x=) -> Tensor", "expected a default value at column 14, found ')'")]
    [InlineData("add(int[two] x) -> Tensor", "expected the length of a list at column 9, found 'two'")]
    [InlineData("add(Tensor x)", "expected '->' at column 14, found the end of the line")]
    [InlineData("add(Tensor x) -> Tensor;", "expected '=> MethodName' or the end of the line at column 24, found ';'")]
    [InlineData("add(Tensor x) -> Tensor => ", "expected the name of a C# method at column 28, found the end of the line")]
    public void SaysWhatIsWrongAndWhere(string line, string expected)
    {
        var error = Assert.Throws<SchemaException>(() => SchemaParser.Parse(line));

        Assert.Equal(ProblemKind.Malformed, error.Kind);
        Assert.Equal(expected, error.Message);
    }

    [Fact]
    public void ReadsOrRefusesAnyDamagedLine() => Property.Holds(
        from line in Gen.Elements(Lines)
        from position in Gen.Choose(0, line.Length - 1)
        from length in Gen.Choose(0, 5)
        from noise in Gen.Elements("", "(", ")", "[", "]", "'", ",", "->", "=", "?", "_", "9")
        select line.Remove(position, Math.Min(length, line.Length - position)).Insert(position, noise),
        line =>
        {
            var error = Record.Exception(() => SchemaParser.Parse(line));
            Assert.True(error is null or SchemaException { Kind: ProblemKind.Malformed }, $"{line}: {error}");
            if (error is SchemaException refused)
                Assert.InRange(refused.Column, 0, line.Length);
        },
        runs: 2000);
}
