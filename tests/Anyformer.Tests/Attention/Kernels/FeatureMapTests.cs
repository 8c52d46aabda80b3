using Anyformer.Attention;
using Anyformer.Attention.Kernels;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Recipes;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Kernels;

[Collection(DefaultGenerator.Name)]
public sealed class FeatureMapTests
{
    public static TheoryData<string> Ids => [.. MethodCatalog.OfRole<FeatureMap>().Select(entry => entry.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void LinearAttentionTakesIt(string id)
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var attention = new LinearAttention(new AttentionShape(2, 4), new LinearAttentionOptions { FeatureMap = Part<FeatureMap>.Of(id) });
        attention.To(DType.Float64);
        attention.Eval();
        var (queries, keys, values) = (Tensors.Normal64(1, 2, 2, 7, 4), Tensors.Normal64(2, 2, 2, 7, 4), Tensors.Normal64(3, 2, 2, 7, 4));
        var real = Tensors.Normal64(4, 2, 7) > -0.5;
        var replaced = Functional.Where(real.View([2, 1, 7, 1]), keys, Tensors.Normal64(5, 2, 2, 7, 4) * 3);
        foreach (var mask in new[] { AttentionMask.OfKeys(real), AttentionMask.OfKeys(real) with { IsCausal = true } })
            Tensors.AssertClose(attention.Call(queries, keys, values, mask), attention.Call(queries, replaced, values, mask), 1e-12);
    }

    [Fact]
    public void EluIsAddedToOne()
    {
        using var scope = new TensorScope();
        var (queries, _) = Map("elu", Tensor.From([-1.0, 0, 2], 1, 1, 1, 3));
        Tensors.AssertClose([Math.Exp(-1), 1, 3], queries, 1e-12);
    }

    [Fact]
    public void FavorIsItsFormula() => Property.Holds(Gen.Choose(1, 6).Three(), drawn =>
    {
        using var scope = new TensorScope();
        var (tokens, width, features) = drawn;
        var keys = Tensors.Normal64(1, 1, 1, tokens, width);
        var (map, directions) = WithDirections(new FavorFeatureMap(new AttentionShape(1, width), new() { Features = features }), features, width);
        var (asking, answering) = map.Call(keys, keys);
        var (x, w) = (keys.Numbers(), directions.Numbers());
        double Element(int token, int channel) => x[token * width + channel] * Math.Pow(width, -0.25);
        double Projected(int token, int feature) => Enumerable.Range(0, width).Sum(i => Element(token, i) * w[feature * width + i]);
        double Half(int token) => Enumerable.Range(0, width).Sum(i => Element(token, i) * Element(token, i)) / 2;
        double Feature(int token, int feature, double largest) =>
            (Math.Exp(Projected(token, feature) - Half(token) - largest) + 1e-4) / Math.Sqrt(features);
        var all = Enumerable.Range(0, features);
        var largest = Enumerable.Range(0, tokens).Max(token => all.Max(feature => Projected(token, feature)));
        Tensors.AssertClose([.. Enumerable.Range(0, tokens).SelectMany(token => all.Select(feature => Feature(token, feature, largest)))], answering, 1e-10);
        Tensors.AssertClose([.. Enumerable.Range(0, tokens).SelectMany(token => all.Select(
            feature => Feature(token, feature, all.Max(other => Projected(token, other)))))], asking, 1e-10);
    }, runs: 30);

    [Fact]
    public void ManyFavorFeaturesApproximateASoftmax()
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var favor = new LinearAttention(new FavorFeatureMap(new AttentionShape(1, 4), new() { Features = 20_000 }));
        favor.Eval();
        // Long vectors need many more features, and the floor of 1e-4 weighs more the further below the largest the others are.
        var (queries, keys) = (Tensors.Normal(1, 1, 1, 20, 4) * 0.6, Tensors.Normal(2, 1, 1, 20, 4) * 0.6);
        var values = Tensors.Normal(3, 1, 1, 20, 4);
        var expected = new SoftmaxAttention().Call(queries, keys, values);
        Assert.InRange((favor.Call(queries, keys, values) - expected).Abs().Amax().Item<float>(), 0, 0.05);
        Assert.InRange((values.Mean([2], keepdim: true) - expected).Abs().Amax().Item<float>(), 0.15, 5);
    }

    [Fact]
    public void PaddingIsNotTheLargestKey()
    {
        using var scope = new TensorScope();
        var map = new FavorFeatureMap(new AttentionShape(1, 3), new());
        var keys = Tensors.Normal(1, 1, 1, 5, 3);
        var far = Functional.Cat([keys[.., .., ..4], keys[.., .., 4..] * 1000], 2);
        var mask = AttentionMask.OfKeys(Tensor.From([true, true, true, true, false], 1, 5));
        Tensors.AssertSame(map.Call(keys, keys, mask).Keys[.., .., ..4], map.Call(keys, far, mask).Keys[.., .., ..4]);
    }

    [Fact]
    public void GeneralizedFeaturesAreAnyFunctionOfProjections()
    {
        using var scope = new TensorScope();
        var options = new GeneralizedFeatureMapOptions { Features = 5, Activation = "tanh" };
        var (map, directions) = WithDirections(new GeneralizedFeatureMap(new AttentionShape(1, 16), options), 5, 16);
        var keys = Tensors.Normal64(1, 1, 1, 4, 16);
        Tensors.AssertClose((keys / 2).MatMul(directions.Transpose(0, 1)).Tanh() + 1e-3, map.Call(keys, keys).Keys, 1e-12);
    }

    [Fact]
    public void EfficientKeysAreSoftOverTheTokensOrExponential()
    {
        using var scope = new TensorScope();
        var keys = Tensors.Normal64(1, 1, 1, 4, 3);
        Tensors.AssertClose(keys.Softmax(2), Map("efficient", keys).Keys, 1e-12);
        Tensors.AssertClose(keys.Softmax(3), Map("efficient", keys).Queries, 1e-12);
        Tensors.AssertClose(keys.Exp(), Map("efficient", keys, AttentionMask.Causal).Keys, 1e-12);
        var mask = AttentionMask.OfKeys(Tensor.From([true, true, false, true], 1, 4));
        var kept = Map("efficient", keys, mask).Keys.IndexSelect(2, Tensor.From([0L, 1, 3], 3));
        Tensors.AssertClose(keys.IndexSelect(2, Tensor.From([0L, 1, 3], 3)).Softmax(2), kept, 1e-12);
    }

    [Theory]
    [InlineData(10, 4)]
    [InlineData(3, 4)]
    [InlineData(8, 8)]
    public void DirectionsAreOrthogonalInBlocks(int features, int width)
    {
        using var scope = new TensorScope();
        var directions = OrthogonalFeatures.Draw(features, width, evenLengths: true);
        Assert.Equal([(long)features, width], directions.Shape);
        for (var begin = 0; begin < features; begin += width)
        {
            var block = directions[begin..Math.Min(begin + width, features)];
            Tensors.AssertClose(Functional.Eye(block.Size(0)) * width, block.MatMul(block.Transpose(0, 1)), 1e-5);
        }
    }

    [Fact]
    public void LengthsAreThoseOfGaussianVectors()
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var squares = OrthogonalFeatures.Draw(4000, 5, evenLengths: false).Square().Sum([1]);
        // A sum of five squares has the mean 5 and the variance 10.
        Assert.Equal(5, squares.Mean().Item<float>(), 0.2);
        Assert.Equal(10, squares.Var([0], correction: 1).Item<float>(), 1.0);
    }

    [Fact]
    public void DirectionsAreDrawnAnewInTrainingAlone()
    {
        using var scope = new TensorScope();
        var map = new FavorFeatureMap(new AttentionShape(1, 4), new() { RedrawInterval = 2 });
        var keys = Tensors.Normal(1, 1, 1, 3, 4);
        double[] Features() => map.Call(keys, keys).Keys.Numbers();
        var first = Features();
        Assert.Equal(first, Features());
        Assert.Equal(2, map.StateDict()["redraws.calls"].Item<long>());
        map.Eval();
        Assert.Equal(first, Features());
        map.Train();
        Assert.NotEqual(first, Features());
        Assert.Equal(0, map.StateDict()["redraws.calls"].Item<long>());
    }

    [Fact]
    public void ARedrawDoesNotSpoilTheBackwardPass()
    {
        using var scope = new TensorScope();
        var map = new GeneralizedFeatureMap(new AttentionShape(1, 4), new() { RedrawInterval = null });
        var keys = Tensors.Normal(1, 1, 1, 3, 4);
        keys.RequiresGrad = true;
        Tensor Gradient(bool redraws)
        {
            var features = map.Call(keys, keys).Keys;
            if (redraws)
                map.Redraw();
            return Autograd.Grad([features.Square().Sum()], [keys])[0]!;
        }

        Tensors.AssertSame(Gradient(redraws: false), Gradient(redraws: true));
    }

    private static (Tensor Queries, Tensor Keys) Map(string id, Tensor tokens, AttentionMask? mask = null) =>
        Part<FeatureMap>.Of(id).Build(new AttentionShape(1, (int)tokens.Size(3))).Call(tokens, tokens, mask);

    private static (FeatureMap Map, Tensor Directions) WithDirections(FeatureMap map, int features, int width)
    {
        map.To(DType.Float64);
        map.Eval();
        var directions = Tensors.Normal64(9, features, width);
        map.Load(new Dictionary<string, Tensor> { ["projection_matrix"] = directions }, strict: false);
        return (map, directions);
    }
}
