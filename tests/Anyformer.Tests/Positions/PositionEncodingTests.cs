using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Positions;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Positions;

/// <summary>What holds for every position encoding of the catalog.</summary>
[Collection(DefaultGenerator.Name)]
public sealed class PositionEncodingTests
{
    private static readonly PositionShape s_shape = new(Tokens: 40, Width: 12, HeadWidth: 6, Heads: 2);

    public static TheoryData<string> Ids => [.. MethodCatalog.OfRole<PositionEncoding>().Select(entry => entry.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void ItWorksAtOnePlaceAndKeepsShapesAndTypes(string id)
    {
        foreach (var type in new[] { DType.Float32, DType.BFloat16 })
        {
            using var scope = new TensorScope();
            var encoding = Build(id);
            encoding.To(type);
            var (tokens, heads) = (Tensors.Normal(1, 2, 9, 12).To(type), Tensors.Normal(2, 2, 3, 9, 6).To(type));
            var (encoded, queries, keys) = (encoding.CallTokens(tokens), encoding.CallQueries(heads), encoding.CallKeys(heads));
            Assert.Equal((type, type, type), (encoded.DType, queries.DType, keys.DType));
            Assert.Equal([tokens.Shape, heads.Shape, heads.Shape], [encoded.Shape, queries.Shape, keys.Shape]);
            Assert.Equal(encoding.Place == PositionPlace.Tokens, !encoded.Numbers().SequenceEqual(tokens.Numbers()));
            Assert.Equal(encoding.Place == PositionPlace.QueriesAndKeys, !queries.Numbers().SequenceEqual(heads.Numbers()));
            Assert.Equal(encoding.Place == PositionPlace.QueriesAndKeys, !keys.Numbers().SequenceEqual(heads.Numbers()));
            Assert.Equal(encoding.Place == PositionPlace.Scores, encoding is PositionBias);
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void ASampleThatGoesOnIsEncodedAsInTheWhole(string id)
    {
        using var scope = new TensorScope();
        var encoding = Build(id);
        var (tokens, heads) = (Tensors.Normal(1, 2, 15, 12), Tensors.Normal(2, 2, 3, 15, 6));
        Tensors.AssertClose(encoding.CallTokens(tokens)[.., 11..], encoding.CallTokens(tokens[.., 11..], 11), 1e-6);
        Tensors.AssertClose(encoding.CallQueries(heads)[.., .., 11..], encoding.CallQueries(heads[.., .., 11..], 11), 1e-6);
        Tensors.AssertClose(encoding.CallKeys(heads)[.., .., 11..], encoding.CallKeys(heads[.., .., 11..], 11), 1e-6);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void TokensStandWhereTheCallerSays(string id)
    {
        using var scope = new TensorScope();
        var encoding = Build(id);
        if (!encoding.TakesPositions)
            return;
        var (tokens, heads) = (Tensors.Normal(1, 2, 6, 12), Tensors.Normal(2, 2, 3, 6, 6));
        using var context = new TokenContext(positions: Functional.Stack([Functional.Arange(6), Functional.Arange(9, 15)], 0));
        foreach (var (text, first) in new[] { (0, 0), (1, 9) })
        {
            Assert.Equal(encoding.CallTokens(tokens).Narrow(0, text, 1).Numbers(), Apart(() => encoding.CallTokens(tokens, first)).Narrow(0, text, 1).Numbers());
            Tensors.AssertClose(Apart(() => encoding.CallQueries(heads, first)).Narrow(0, text, 1), encoding.CallQueries(heads).Narrow(0, text, 1), 1e-6);
            Tensors.AssertClose(Apart(() => encoding.CallKeys(heads, first)).Narrow(0, text, 1), encoding.CallKeys(heads).Narrow(0, text, 1), 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void ScoresOfTurnedQueriesAndKeysDependOnDistances(string id)
    {
        using var scope = new TensorScope();
        var encoding = Build(id);
        var (queries, keys) = (Tensors.Normal64(1, 1, 2, 7, 6), Tensors.Normal64(2, 1, 2, 7, 6));
        Tensor Scores(long first) => encoding.CallQueries(queries, first).MatMul(encoding.CallKeys(keys, first).Transpose(-2, -1));
        Tensors.AssertClose(Scores(0), Scores(20), 1e-5);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void GradientsAreSlopes(string id)
    {
        // The same weights every time: some encodings have kinks, and a step over one is no slope.
        TorchRuntime.ManualSeed(1);
        var encoding = Build(id);
        encoding.To(DType.Float64);
        var (tokens, heads) = (Tensors.Normal64(1, 1, 4, 12), Tensors.Normal64(2, 1, 1, 4, 6));
        (tokens.RequiresGrad, heads.RequiresGrad) = (true, true);
        FiniteDifferences.AssertGradients([tokens, heads, .. encoding.Parameters()], () =>
            encoding.CallTokens(tokens, 2).Square().Sum() + (encoding.CallQueries(heads, 2) * encoding.CallKeys(heads, 1).Exp()).Sum());
    }

    /// <summary>Without the positions of the caller.</summary>
    private static Tensor Apart(Func<Tensor> encode)
    {
        using var context = new TokenContext();
        return encode();
    }

    private static PositionEncoding Build(string id) => Part<PositionEncoding>.Of(id).Build(s_shape);
}
