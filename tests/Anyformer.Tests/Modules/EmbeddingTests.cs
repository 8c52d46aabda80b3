using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Modules;

public sealed class EmbeddingTests
{
    [Fact]
    public void LooksUpRows()
    {
        using var scope = new TensorScope();
        var table = new Embedding(5, 3);
        var rows = table.Call(Tensor.From<long>([4, 0, 4, 1], [2, 2]));
        Tensors.AssertSame(Functional.Stack([table.Weight[4], table.Weight[0], table.Weight[4], table.Weight[1]]).View([2, 2, 3]), rows);
    }

    [Fact]
    public void TheRowOfPaddingIsZeroAndNotTrained()
    {
        using var scope = new TensorScope();
        var table = new Embedding(5, 3, padding: 2);
        Assert.Equal([0, 0, 0], table.Weight[2].Numbers());
        table.Call(Tensor.From<long>([2, 3, 2], [3])).Sum().Backward();
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0], table.Weight.Grad!.Numbers());
    }
}
