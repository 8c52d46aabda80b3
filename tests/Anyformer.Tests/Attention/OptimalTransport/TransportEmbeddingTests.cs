using Anyformer.Attention.OptimalTransport;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention.OptimalTransport;

[Collection(DefaultGenerator.Name)]
public sealed class TransportEmbeddingTests
{
    [Fact]
    public void EachReferenceGetsAMeanOfTheTokens()
    {
        using var scope = new TensorScope();
        var embedding = new TransportEmbedding(3, new TransportEmbeddingOptions { References = 4, Heads = 2, Iterations = 20 });
        Assert.Equal([1L, 4, 6], embedding.Call(Tensors.Normal(1, 1, 9, 3)).Shape);
        // Means of tokens that are all the same are that token.
        var same = Tensor.From<float>([1, 2, 3], [1, 1, 3]).Expand([1, 9, 3]);
        Tensors.AssertClose([.. Enumerable.Repeat<double[]>([1, 2, 3], 8).SelectMany(token => token)], embedding.Call(same), 1e-5);
    }

    [Fact]
    public void MapsBecomeSquares()
    {
        using var scope = new TensorScope();
        TransportEmbedding Embedding(int references, TransportPositions positions) =>
            new(3, new TransportEmbeddingOptions { References = references, Positions = positions });
        var map = Tensors.Normal(1, 2, 3, 5, 3);
        Assert.Equal([2L, 2, 2, 3], Embedding(4, TransportPositions.Gaussian).Call(map).Shape);
        Assert.Equal([2L, 3, 3, 3], Embedding(9, TransportPositions.None).Call(map).Shape);
        Assert.Equal("References of an image must be a square number, found 3.",
            Assert.Throws<UserException>(() => Embedding(3, TransportPositions.None).Call(map)).Message);
        Assert.Equal("Hard positions are those of a sequence; choose gaussian ones, or none, for maps.",
            Assert.Throws<UserException>(() => Embedding(4, TransportPositions.Hard).Call(map)).Message);
    }
}
