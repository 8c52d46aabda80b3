using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention;

public sealed class ScoreScaleTests
{
    [Theory]
    [InlineData(true, true, 0, 1)]
    [InlineData(true, true, 2, 1.0 / 3)]
    [InlineData(false, false, 2, 4)]
    [InlineData(false, true, 1, 2)]
    [InlineData(true, false, 5, 1)]
    public void ScoresAreMultiplied(bool byWidth, bool byLayer, int layer, double factor)
    {
        using var scope = new TensorScope();
        var shape = new AttentionShape(Heads: 2, HeadWidth: 16) { Layer = layer };
        var scale = new ScoreScale(shape, new ScoreScaleOptions { DividesByWidth = byWidth, DividesByLayer = byLayer });
        var (queries, keys, values) = (Tensors.Normal64(1, 1, 2, 5, 16), Tensors.Normal64(2, 1, 2, 7, 16), Tensors.Normal64(3, 1, 2, 7, 16));
        Tensors.AssertClose(new SoftmaxAttention().Call(queries * factor, keys, values), new ModifiedAttention([scale]).Call(queries, keys, values), 1e-12);
    }
}
