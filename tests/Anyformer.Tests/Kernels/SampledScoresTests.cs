using Anyformer.Kernels;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Kernels;

public sealed class SampledScoresTests
{
    [Fact]
    public void AgreesWithOperators() => Property.Holds(Gen.Choose(1, 19).Four(), drawn =>
    {
        using var scope = new TensorScope();
        var (queryCount, keyCount, width, sampled) = drawn;
        // As heads come from a projection: side by side in a token.
        var queries = Tensors.Normal(1, 2, queryCount, 3, width).Transpose(1, 2);
        var keys = Tensors.Normal(2, 2, keyCount, 3, width).Transpose(1, 2);
        var samples = Functional.Arange(queryCount * sampled).Mul(7).Remainder(keyCount).View([queryCount, sampled]);
        Tensors.AssertClose(SampledScores.Compose(queries, keys, samples), SampledScores.Of(queries, keys, samples));
    }, runs: 40);

    [Fact]
    public void EveryQueryChoosesItsKeys()
    {
        using var scope = new TensorScope();
        var (queries, keys) = (Tensors.Normal64(1, 2, 3, 4, 5), Tensors.Normal64(2, 2, 3, 6, 5));
        var samples = Tensor.From([5L, 0, 1, 1, 2, 3, 0, 4]).View([4, 2]);
        var scores = queries.MatMul(keys.Transpose(-2, -1)).Gather(3, samples.Expand([2, 3, 4, 2]));
        Tensors.AssertClose(scores, SampledScores.Of(queries, keys, samples), 1e-12);
        Tensors.AssertClose(scores, SampledScores.Compose(queries, keys, samples), 1e-12);
    }

    [Fact]
    public void ManyQueriesAreTakenInPieces()
    {
        using var scope = new TensorScope();
        // 2 x 300 x 120 x 64 copied elements are more than one piece.
        var (queries, keys) = (Tensors.Normal(1, 1, 2, 300, 64), Tensors.Normal(2, 1, 2, 40, 64));
        var samples = Functional.Arange(300 * 120).Remainder(40).View([300, 120]);
        Tensors.AssertClose(SampledScores.Of(queries, keys, samples), SampledScores.Compose(queries, keys, samples), 1e-4);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(-1)]
    public void AKeyThatIsNotThereIsRefused(long number)
    {
        using var scope = new TensorScope();
        Assert.Equal($"A sampled key must be one of 6, found number {number}.", Assert.Throws<UserException>(() => SampledScores.Of(
            Tensors.Normal(1, 1, 1, 1, 5), Tensors.Normal(2, 1, 1, 6, 5), Tensor.From([number]).View([1, 1]))).Message);
    }
}
