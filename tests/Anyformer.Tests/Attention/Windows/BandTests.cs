using Anyformer.Attention.Windows;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Windows;

public sealed class BandTests
{
    private static readonly Gen<(int Tokens, Band Band)> s_bands =
        from tokens in Gen.Choose(1, 90)
        from before in Gen.Choose(0, 40)
        from after in Gen.Choose(0, 40)
        from dilation in Gen.Choose(1, 4)
        select (tokens, Band.Within(tokens, before, after, dilation));

    [Fact]
    public void ScoresAreTheProductsOfTheBand() => Property.Holds(s_bands, drawn =>
    {
        using var scope = new TensorScope();
        var (tokens, band) = drawn;
        var (queries, keys) = (Tensors.Normal64(1, 2, 3, tokens, 4), Tensors.Normal64(2, 2, 3, tokens, 4));
        var products = queries.MatMul(keys.Transpose(-2, -1));
        var expected = Functional.Zeros([2, 3, tokens, band.Width], DType.Float64);
        foreach (var (query, key, column) in Places(tokens, band))
            expected[.., .., query, column] = products[.., .., query, key];
        Tensors.AssertClose(expected, band.Scores(queries, keys), 1e-9);
    }, runs: 25);

    [Fact]
    public void KeysAroundTheSampleAreSeenWhereTheyAreKnown() => Property.Holds(
        from tokens in Gen.Choose(1, 90)
        from before in Gen.Choose(0, 40)
        from after in Gen.Choose(0, 40)
        select (tokens, new Band(before, after)),
        drawn =>
        {
            using var scope = new TensorScope();
            var (tokens, band) = drawn;
            var (before, whole) = ((int)band.Before, (int)(band.Before + tokens + band.After));
            var (queries, keys) = (Tensors.Normal64(1, 2, tokens, 4), Tensors.Normal64(2, 2, whole, 4));
            // The middle of what a band over all of the tokens gives.
            var middle = band.Scores(queries.ConstantPadNd([0, 0, before, band.After]), keys).Narrow(1, before, tokens);
            Tensors.AssertClose(middle, band.Scores(queries, keys), 1e-9);
            var weights = Tensors.Normal64(3, 2, tokens, band.Width);
            var contexts = band.Contexts(weights.ConstantPadNd([0, 0, before, band.After]), keys).Narrow(1, before, tokens);
            Tensors.AssertClose(contexts, band.Contexts(weights, keys), 1e-9);
        },
        runs: 25);

    [Fact]
    public void ContextsAreWeightedSumsOfTheBand() => Property.Holds(s_bands, drawn =>
    {
        using var scope = new TensorScope();
        var (tokens, band) = drawn;
        var (weights, values) = (Tensors.Normal64(1, 2, tokens, band.Width), Tensors.Normal64(2, 2, tokens, 4));
        var table = Functional.Zeros([2, tokens, tokens], DType.Float64);
        foreach (var (query, key, column) in Places(tokens, band))
            table[.., query, key] = weights[.., query, column];
        Tensors.AssertClose(table.MatMul(values), band.Contexts(weights * band.Columns(Functional.Ones([1, tokens], DType.Bool))[0], values), 1e-9);
    }, runs: 25);

    [Fact]
    public void ColumnsTellOfTheKeysOfTheBand() => Property.Holds(s_bands, drawn =>
    {
        using var scope = new TensorScope();
        var (tokens, band) = drawn;
        var real = Tensors.Normal64(1, 3, tokens) > 0;
        var expected = Functional.Zeros([3, 1, tokens, band.Width], DType.Bool);
        foreach (var (query, key, column) in Places(tokens, band))
            expected[.., 0, query, column] = real[.., key];
        Tensors.AssertSame(expected, band.Columns(real));
    }, runs: 25);

    [Fact]
    public void ABandReachesNoFurtherThanThereAreTokens()
    {
        Assert.Equal(new Band(4, 2), Band.Within(5, 9, 2));
        Assert.Equal(new Band(1, 2, 3), Band.Within(7, 1, 9, 3));
        Assert.Equal(new Band(0, 0), Band.Within(1, 9, 9));
    }

    /// <summary>Every pair of a query and a key of its band, and its column.</summary>
    private static IEnumerable<(int Query, int Key, int Column)> Places(int tokens, Band band) =>
        from query in Enumerable.Range(0, tokens)
        from column in Enumerable.Range(0, (int)band.Width)
        let key = query + (column - (int)band.Before) * (int)band.Dilation
        where key >= 0 && key < tokens
        select (query, key, column);
}
