using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Models.Vision;
using Anyformer.Recipes;
using Anyformer.Testing;
using Anyformer.Tests.Models.Vision;
using Anyformer.TokenReduction;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.TokenReduction;

[Collection(DefaultGenerator.Name)]
public sealed class TokenMergingTests
{
    private static readonly ImageShape s_shape = new(3, 16, 12, 5);

    private static readonly FsCheck.Gen<(int Tokens, int Protected, int Merged)> s_cases =
        from tokens in Gen.Choose(1, 25)
        from prefix in Gen.Choose(0, 5)
        from merged in Gen.Choose(1, 15)
        select (tokens, Math.Min(prefix, tokens), merged);

    [Fact]
    public void ItIsTheSameAsWithLoops() => Property.Holds(s_cases, item =>
    {
        using var scope = new TensorScope();
        var (tokens, metric) = (Tensors.Normal64(1, 1, item.Tokens, 3), Tensors.Normal64(2, 1, item.Tokens, 4));
        var sizes = Tensors.Normal64(3, 1, item.Tokens, 1).Abs() + 0.1;
        var match = Merging(item.Merged, item.Protected).MatchOf(metric);
        var (merged, mergedSizes) = match.Average(tokens, sizes);
        var groups = Groups(metric.Squeeze(0), item.Protected, item.Merged);
        Assert.Equal(groups.Count, merged.Size(1));
        Assert.Equal(item.Tokens - Math.Min(item.Merged, (item.Tokens - item.Protected) / 2), merged.Size(1));
        foreach (var (group, i) in groups.Select(static (group, i) => (group, i)))
        {
            var weight = group.Sum(token => sizes[0, token, 0].Item<double>());
            Assert.Equal(weight, mergedSizes[0, i, 0].Item<double>(), 1e-10);
            for (var channel = 0; channel < 3; channel++)
                Assert.Equal(group.Sum(token => sizes[0, token, 0].Item<double>() * tokens[0, token, channel].Item<double>()) / weight,
                    merged[0, i, channel].Item<double>(), 1e-10);
        }
    });

    /// <summary>With products that are exact in any order, tokens that are as good as others are chosen and merged in the order of the authors' code.</summary>
    [Fact]
    public void TiesAreResolvedInOrder() => Property.Holds(s_cases, item =>
    {
        using var scope = new TensorScope();
        var metric = Tensors.Normal64(item.Tokens, 2, item.Tokens, 4).Sign();
        var (even, odd) = (metric.Slice(1, 0, null, 2) / 2, metric.Slice(1, 1, null, 2) / 2);
        var merged = Math.Min(item.Merged, (item.Tokens - item.Protected) / 2);
        var match = Merging(item.Merged, item.Protected).MatchOf(metric);
        if (merged <= 0)
        {
            Assert.Equal(0, match.Moved.Size(1));
            return;
        }

        var scores = even.MatMul(odd.Transpose(1, 2));
        scores[.., ..((item.Protected + 1) / 2)] = scores[.., .., ..(item.Protected / 2)] = Tensor.From(double.NegativeInfinity);
        var (best, chosen) = scores.Max(-1);
        var order = best.ArgSort(-1, descending: true);
        Tensors.AssertSame(order[.., ..merged] * 2, match.Moved);
        Tensors.AssertSame(chosen.Gather(1, order[.., ..merged]) * 2 + 1, match.Bases.Gather(1, match.Targets));
        var kept = item.Protected == 0 ? order[.., merged..] : order[.., merged..].Sort(1).Values;
        Tensors.AssertSame(kept[.., ((item.Protected + 1) / 2)..] * 2, match.Bases[.., item.Protected..(int)(item.Protected / 2 + kept.Size(1))]);
    });

    [Fact]
    public void UnmergingGivesEachTokenWhatItsGroupHas()
    {
        using var scope = new TensorScope();
        var match = Merging(4, 1).MatchOf(Tensors.Normal64(1, 2, 11, 4));
        var values = Tensors.Normal64(2, 2, 7, 3);
        var unmerged = match.Unmerge(values);
        var places = match.Places();
        for (var sample = 0; sample < 2; sample++)
            for (var token = 0; token < 11; token++)
                Tensors.AssertSame(values[sample, (int)places[sample, token].Item<long>()], unmerged[sample, token]);
    }

    [Fact]
    public void MergingNoneChangesNothing()
    {
        using var scope = new TensorScope();
        var model = new VisionTransformer(s_shape, VisionTransformerTests.Small());
        var images = Tensors.Normal(1, 2, 3, 16, 12);
        var scores = model.Call(images);
        model.ReduceTokens(Tome(0));
        Tensors.AssertSame(scores, model.Call(images));
        model.ReduceTokens(Tome(3));
        Assert.NotEqual(scores.Numbers(), model.Call(images).Numbers());
        Assert.Equal(13 - 2 * 3, model.Encoder.Call(images).Normalized.Size(1));
        model.ReduceTokens(null);
        Tensors.AssertSame(scores, model.Call(images));
    }

    [Fact]
    public void TheStateDictStaysTheSame()
    {
        using var scope = new TensorScope();
        var model = new VisionTransformer(s_shape, VisionTransformerTests.Small());
        string[] names = [.. model.StateDict().Keys];
        model.ReduceTokens(Tome(3));
        Assert.Equal(names, model.StateDict().Keys);
    }

    [Fact]
    public void PatchesThatAreAllAlikeMergeWithoutLoss()
    {
        using var scope = new TensorScope();
        var options = VisionTransformerTests.Small() with { Layers = 3, Pooling = ImagePooling.Map, Registers = 1 };
        var model = new VisionTransformer(s_shape, options);
        model.To(DType.Float64);
        VisionTransformerTests.Randomize(model);
        using (Autograd.NoGrad())
            model.StateDict()["encoder.positions"].ZeroInPlace();
        var images = Functional.Ones([2, 3, 16, 12], DType.Float64) * 0.3;
        var scores = model.Call(images);
        model.ReduceTokens(Tome(4));
        Tensors.AssertClose(scores, model.Call(images), 1e-9);
    }

    [Fact]
    public void AKeyThatCountsTwiceIsAsGoodAsTwo()
    {
        using var scope = new TensorScope();
        var attention = new SoftmaxAttention();
        var (queries, keys, values) = (Tensors.Normal64(1, 2, 3, 4, 5), Tensors.Normal64(2, 2, 3, 3, 5), Tensors.Normal64(3, 2, 3, 3, 5));
        Tensor Twice(Tensor tokens) => Functional.Cat([tokens, tokens[.., .., ..1]], 2);
        var counts = Tensor.From(new[] { 2.0, 1, 1 }, 1, 3, 1).Expand([2, -1, -1]);
        Tensors.AssertClose(attention.Call(queries, Twice(keys), Twice(values)), attention.Call(queries, keys, values, counts), 1e-12);
    }

    [Fact]
    public void AttentionThatCannotCountRefusesTo()
    {
        using var scope = new TensorScope();
        var options = VisionTransformerTests.Small() with { TokenReducer = Tome(2) };
        string Refusal(string attention)
        {
            var model = new VisionTransformer(s_shape, options with { Attention = Part<TokenMixer>.Of(attention) });
            return Assert.Throws<UserException>(() => { model.Call(Tensors.Normal(1, 1, 3, 16, 12)); }).Message;
        }

        Assert.Equal("LinearAttention cannot count a key as often as the tokens it stands for; reduce tokens with proportional: false.", Refusal("linear-transformer"));
        Assert.Equal("LightweightConvolution cannot count a token as often as the tokens it stands for; reduce tokens with proportional: false.",
            Refusal("lightweight-convolution"));
    }

    [Theory]
    [InlineData("linear-transformer")]
    [InlineData("lightweight-convolution")]
    public void OtherMixersMergeWithoutCounting(string attention)
    {
        using var scope = new TensorScope();
        var reducer = Part<TokenReducer>.Of("tome", new TokenMergingOptions { Merged = 2, Proportional = false });
        var model = new VisionTransformer(s_shape, VisionTransformerTests.Small() with { TokenReducer = reducer, Attention = Part<TokenMixer>.Of(attention) });
        Assert.Equal(13 - 4, model.Encoder.Call(Tensors.Normal(1, 2, 3, 16, 12)).Normalized.Size(1));
    }

    [Fact]
    public void BothTokensOfDeiTStay()
    {
        using var scope = new TensorScope();
        var model = new DeiT(s_shape, new DeiTOptions { Patch = 4, Width = 8, Layers = 2, Heads = 2, HiddenWidth = 12, TokenReducer = Tome(50) });
        var origins = model.Encoder.Call(Tensors.Normal(1, 2, 3, 16, 12)).Origins!;
        // 14 tokens lose 6 and then 3, half of the patches each time.
        Assert.Equal(5, origins.Sizes.Size(1));
        Assert.Equal([0.0, 1, 0, 1], origins.Places[.., ..2].Numbers());
        Assert.All(origins.Sizes[.., ..2].Numbers(), size => Assert.Equal(1, size));
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var options = VisionTransformerTests.Small() with { TokenReducer = Tome(3), QueryKeyNorm = true, Pooling = ImagePooling.Average };
        var model = new VisionTransformer(s_shape, options);
        model.To(DType.Float64);
        VisionTransformerTests.Randomize(model);
        var images = Tensors.Normal64(1, 2, 3, 16, 12);
        images.RequiresGrad = true;
        var weights = Tensors.Normal64(2, 2, 5);
        FiniteDifferences.AssertGradients([images, .. model.Parameters()], () => (model.Call(images) * weights).Sum(), 1e-6);
    }

    [Fact]
    public void SchedulesAreLinesOrLists()
    {
        Assert.Equal([16, 16, 16], MergingSchedule.Linear(16, 0, 3));
        Assert.Equal([8, 4, 0], MergingSchedule.Linear(4, -1, 3));
        Assert.Equal([0, 4, 8], MergingSchedule.Linear(4, 1, 3));
        Assert.Equal([5], MergingSchedule.Linear(5, -1, 1));
        Assert.Equal([3, 2, 0, 0], MergingSchedule.Listed([3, 2], 4));
    }

    internal static Part<TokenReducer> Tome(int merged) => Part<TokenReducer>.Of("tome", new TokenMergingOptions { Merged = merged });

    private static TokenMerging Merging(int merged, int prefix) => new(new TokenReducerShape(0, 1, prefix), new TokenMergingOptions { Merged = merged });

    /// <summary>The tokens that each new token holds, by loops.</summary>
    private static List<List<int>> Groups(Tensor metric, int prefix, int merged)
    {
        var tokens = (int)metric.Size(0);
        double Likeness(int a, int b) => (metric[a] * metric[b]).Sum().Item<double>() / (metric[a].Norm().Item<double>() * metric[b].Norm().Item<double>());
        var odd = Enumerable.Range(0, tokens).Where(token => token % 2 == 1 && token >= prefix).ToArray();
        var choices = Enumerable.Range(0, tokens).Where(token => token % 2 == 0 && token >= prefix && odd.Length > 0)
            .Select(token => (Token: token, Chosen: odd.MaxBy(other => Likeness(token, other))))
            .OrderByDescending(choice => Likeness(choice.Token, choice.Chosen)).Take(Math.Min(merged, (tokens - prefix) / 2)).ToArray();
        var stay = Enumerable.Range(0, tokens).Where(token => token >= prefix && token % 2 == 0 && choices.All(choice => choice.Token != token));
        if (prefix == 0 && choices.Length > 0)
            stay = stay.OrderByDescending(token => odd.Max(other => Likeness(token, other)));
        var bases = choices.Length == 0 ? Enumerable.Range(0, tokens) : [.. Enumerable.Range(0, prefix), .. stay, .. odd];
        return [.. bases.Select(token => (List<int>)[token, .. choices.Where(choice => choice.Chosen == token).Select(choice => choice.Token)])];
    }
}
