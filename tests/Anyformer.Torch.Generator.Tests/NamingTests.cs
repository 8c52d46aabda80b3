namespace Anyformer.Torch.Generator.Tests;

public sealed class NamingTests
{
    [Theory]
    [InlineData("layer_norm", "LayerNorm")]
    [InlineData("matmul", "MatMul")]
    [InlineData("add_", "AddInPlace")]
    [InlineData("index_put_", "IndexPutInPlace")]
    [InlineData("_foreach_add_", "ForeachAddInPlace")]
    [InlineData("logsumexp", "LogSumExp")]
    [InlineData("isnan", "IsNaN")]
    [InlineData("nan_to_num", "NaNToNum")]
    [InlineData("log1p", "Log1p")]
    [InlineData("upsample_nearest2d", "UpsampleNearest2d")]
    public void MethodsAreInPascalCaseAndSayWhatTheyWriteInPlace(string name, string expected) =>
        Assert.Equal(expected, Naming.Method(name));

    [Theory]
    [InlineData("keepdim", "keepdim")]
    [InlineData("start_dim", "startDim")]
    [InlineData("A", "a")]
    [InlineData("UPLO", "uplo")]
    [InlineData("p", "p")]
    [InlineData("_stacklevel", "stacklevel")]
    public void ParametersAreInCamelCase(string name, string expected) => Assert.Equal(expected, Naming.Camel(name));

    [Theory]
    [InlineData("params", "@params")]
    [InlineData("out", "@out")]
    [InlineData("from", "from")]
    [InlineData("input", "input")]
    public void KeywordsAreEscaped(string name, string expected) => Assert.Equal(expected, Naming.Escape(name));
}
