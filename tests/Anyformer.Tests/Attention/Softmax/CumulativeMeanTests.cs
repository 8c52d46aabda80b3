using Anyformer.Attention.Softmax;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Softmax;

public sealed class CumulativeMeanTests
{
    private static readonly Gen<(int Batch, int Tokens, int Width)> s_sizes =
        from batch in Gen.Choose(1, 3) from tokens in Gen.Choose(1, 200) from width in Gen.Choose(1, 4) select (batch, tokens, width);

    [Fact]
    public void IsTheMeanOfAllSoFar() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var tokens = Tensors.Normal64(1, sizes.Batch, sizes.Tokens, sizes.Width);
        var expected = Functional.Stack([.. Enumerable.Range(1, sizes.Tokens).Select(count => tokens.Narrow(1, 0, count).Mean([1]))], 1);
        Tensors.AssertClose(expected, CumulativeMean.Of(tokens), 1e-12);
    });
}
