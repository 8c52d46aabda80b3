using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention;

public sealed class QueryKeyNormTests
{
    [Fact]
    public void QueriesAndKeysAreNormalisedAndValuesAreNot()
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = (Tensors.Normal(1, 2, 2, 5, 4), Tensors.Normal(2, 2, 2, 6, 4), Tensors.Normal(3, 2, 2, 6, 4));
        var (first, second) = (new RmsNorm(4), new LayerNorm(4));
        var expected = new SoftmaxAttention().Call(first.Call(queries), second.Call(keys), values);
        Tensors.AssertSame(expected, new QueryKeyNorm(new SoftmaxAttention(), first, second).Call(queries, keys, values));
    }
}
