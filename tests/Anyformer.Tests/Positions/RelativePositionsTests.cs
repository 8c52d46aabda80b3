using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Positions;

/// <summary>What holds for every modifier of the catalog that tells scores of distances.</summary>
public sealed class RelativePositionsTests
{
    public static TheoryData<string> Ids => [.. MethodCatalog.OfRole<ScoreModifier>()
        .Where(entry => entry.Family == Family.RelativePositions).Select(entry => entry.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void TheLastQueryStandsBesideTheLastKey(string id)
    {
        using var scope = new TensorScope();
        var attention = Build(id);
        var (queries, keys, values) = (Tensors.Normal64(1, 2, 3, 9, 4), Tensors.Normal64(2, 2, 3, 9, 4), Tensors.Normal64(3, 2, 3, 9, 4));
        var whole = attention.Call(queries, keys, values, AttentionMask.Causal);
        foreach (var queried in new[] { 1, 4 })
            Tensors.AssertClose(whole[.., .., ^queried..], attention.Call(queries[.., .., ^queried..], keys, values, AttentionMask.Causal), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void OrderMattersToIt(string id)
    {
        using var scope = new TensorScope();
        var attention = Build(id);
        var (queries, keys) = (Tensors.Normal64(1, 1, 3, 1, 4), Tensors.Normal64(2, 1, 3, 6, 4));
        var difference = attention.Call(queries, keys, keys) - attention.Call(queries, keys.Flip([2]), keys.Flip([2]));
        Assert.Contains(difference.Numbers(), number => Math.Abs(number) > 1e-4);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void GradientsAreSlopes(string id)
    {
        var attention = Build(id);
        var (queries, keys) = (Tensors.Normal64(1, 1, 3, 4, 4), Tensors.Normal64(2, 1, 3, 7, 4));
        (queries.RequiresGrad, keys.RequiresGrad) = (true, true);
        FiniteDifferences.AssertGradients(
            [queries, keys, .. attention.Parameters()], () => attention.Call(queries, keys, keys).Square().Sum());
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void HalfPrecisionKeepsItsType(string id)
    {
        using var scope = new TensorScope();
        var attention = Build(id);
        attention.To(DType.BFloat16);
        var tokens = Tensors.Normal(1, 1, 3, 5, 4).To(DType.BFloat16);
        Assert.Equal(DType.BFloat16, attention.Call(tokens, tokens, tokens).DType);
    }

    private static ModifiedAttention Build(string id)
    {
        var attention = new ModifiedAttention([Part<ScoreModifier>.Of(id).Build(new AttentionShape(3, 4))]);
        attention.To(DType.Float64);
        attention.Eval();
        return attention;
    }
}
