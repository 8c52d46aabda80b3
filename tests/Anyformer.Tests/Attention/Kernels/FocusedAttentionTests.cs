using Anyformer.Attention;
using Anyformer.Attention.Kernels;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Kernels;

[Collection(DefaultGenerator.Name)]
public sealed class FocusedAttentionTests
{
    private static readonly Gen<(int Heads, int Height, int Width, double Factor, int Kernel)> s_maps =
        from heads in Gen.Choose(1, 3)
        from sides in Gen.Choose(1, 4).Two()
        from factor in Gen.Elements(2.0, 3.0, 4.5)
        from kernel in Gen.Elements(1, 3, 5)
        select (heads, sides.Item1, sides.Item2, factor, kernel);

    [Fact]
    public void FeaturesKeepTheLengthOfTheWholeTokenAndTurnToItsLargestChannels()
    {
        using var scope = new TensorScope();
        var map = new FocusedFeatureMap(new AttentionShape(2, 2), new FocusedFeatureMapOptions());
        map.Load(new Dictionary<string, Tensor> { ["scale"] = Tensor.From([Math.Log(Math.E - 1)]).Expand([4]) });
        var token = Tensor.From<float>([3, -1, 4, 0], [1, 2, 1, 2]);
        var (features, _) = map.Call(token, token);
        // 27 and 64 beside nothing, of length 5 again.
        var length = 5 / Math.Sqrt(27 * 27 + 64 * 64);
        Tensors.AssertClose([27 * length, 0, 64 * length, 0], features, 1e-5);
    }

    [Fact]
    public void AMapIsWeighedByFeaturesAndConvolvesItsValues() => Property.Holds(s_maps, drawn =>
    {
        using var scope = new TensorScope();
        var (heads, height, width, factor, kernel) = drawn;
        var channels = 2 * heads;
        TorchRuntime.ManualSeed(1);
        var attention = new FocusedMapAttention(channels, heads, height * width, new FocusedOptions(factor, kernel), inputBias: true);
        attention.To(DType.Float64);
        attention.Load(new Dictionary<string, Tensor>
        {
            ["context.features.scale"] = Tensors.Normal64(2, channels),
            ["context.key_positions"] = Tensors.Normal64(3, 1, height * width, channels),
        }, strict: false);
        var weights = attention.StateDict();
        var places = Tensors.Normal64(4, 1, height, width, channels);
        Tensor Map(string name, Tensor tokens) => Functional.Linear(tokens, weights[$"{name}_projection.weight"], weights[$"{name}_projection.bias"]);
        double[][] Project(string name) => Rows(Map(name, places.Flatten(0, 2)));
        var positions = Rows(weights["context.key_positions"][0]);
        var scale = weights["context.features.scale"].Softplus().Numbers();
        var queries = Project("query").Select(row => Focus(row, scale, factor)).ToArray();
        var keys = Project("key").Zip(positions, (key, position) => Focus([.. key.Zip(position, (a, b) => a + b)], scale, factor)).ToArray();
        var (filters, bias) = (weights["context.convolution.weight"], weights["context.convolution.bias"].Numbers());
        var contexts = Contexts(queries, keys, Project("value"), filters, bias, height, width);
        var expected = Map("output", Tensor.From<double>([.. contexts.SelectMany(row => row)], [height * width, channels]));
        Tensors.AssertClose(expected.View([1, height, width, channels]), attention.Call(places), 1e-9);
    }, runs: 20);

    [Fact]
    public void RowsOfAnImageHaveNeighboursAboveAndBelowAndTheTokensBeforeItHaveNone()
    {
        using var scope = new TensorScope();
        var mixer = Mixer(new FocusedAttentionOptions { Columns = 3, Prefix = 2 });
        Tensor Mixed(Tensor tokens) => mixer.Call(tokens);
        var tokens = Tensors.Normal(1, 1, 2 + 6, 8);
        Assert.Equal([1L, 8, 8], Mixed(tokens).Shape);
        Assert.Equal("The tokens of an image in rows of 3 must be a multiple of 3, found 5.",
            Assert.Throws<UserException>(() => Mixed(tokens[.., ..7])).Message);
        // A model of one row is that of a sequence.
        var (row, sequence) = (Mixer(new FocusedAttentionOptions { Columns = 8, Kernel = 3 }), Mixer(new FocusedAttentionOptions { Kernel = 3 }));
        var state = row.StateDict().ToDictionary(item => item.Key, item => item.Value);
        state["convolution.weight"] = state["convolution.weight"][.., .., 1];
        sequence.Load(state);
        Tensors.AssertClose(sequence.Call(tokens), row.Call(tokens));
    }

    [Fact]
    public void WhatItCannotDoIsRefused()
    {
        Assert.Equal("The convolution of linear attention needs an odd kernel, found 4.",
            Assert.Throws<UserException>(() => Mixer(new FocusedAttentionOptions { Kernel = 4 })).Message);
        using var scope = new TensorScope();
        Assert.Equal("Focused attention has no causal form; choose a mechanism that the catalog calls causal.", Assert.Throws<UserException>(
            () => Mixer(new FocusedAttentionOptions()).Call(Tensors.Normal(1, 1, 4, 8), AttentionMask.Causal)).Message);
    }

    private static FocusedAttention Mixer(FocusedAttentionOptions options)
    {
        TorchRuntime.ManualSeed(1);
        return new FocusedAttention(new TokenMixerShape(8, 8, 2), options);
    }

    private static double[][] Rows(Tensor matrix) => [.. matrix.Numbers().Chunk((int)matrix.Size(1))];

    private static double[] Focus(double[] token, double[] scale, double factor)
    {
        double Length(IEnumerable<double> vector) => Math.Sqrt(vector.Sum(number => number * number));
        var scaled = token.Select((number, i) => (Math.Max(number, 0) + 1e-6) / scale[i]).ToArray();
        var powers = scaled.Select(number => Math.Pow(number, factor)).ToArray();
        return [.. powers.Select(number => number * Length(scaled) / Length(powers))];
    }

    /// <summary>Heads of two channels, query by query and key by key.</summary>
    private static double[][] Contexts(double[][] queries, double[][] keys, double[][] values, Tensor filters, double[] bias, int height, int width)
    {
        var contexts = values.Select(row => new double[row.Length]).ToArray();
        var reach = (int)filters.Size(2) / 2;
        for (var place = 0; place < values.Length; place++)
            for (var channel = 0; channel < values[0].Length; channel++)
            {
                var head = channel / 2;
                double Score(int key) => queries[place][2 * head] * keys[key][2 * head] + queries[place][2 * head + 1] * keys[key][2 * head + 1];
                var scores = Enumerable.Range(0, keys.Length).Select(Score).ToArray();
                var context = scores.Select((score, key) => score * values[key][channel]).Sum() / (scores.Sum() + 1e-6 * keys.Length);
                for (var row = Math.Max(0, place / width - reach); row <= Math.Min(height - 1, place / width + reach); row++)
                    for (var column = Math.Max(0, place % width - reach); column <= Math.Min(width - 1, place % width + reach); column++)
                    {
                        var filter = filters[channel % 2, 0, row - place / width + reach, column - place % width + reach].Item<double>();
                        context += filter * values[row * width + column][channel];
                    }

                contexts[place][channel] = context + bias[channel % 2];
            }

        return contexts;
    }
}
