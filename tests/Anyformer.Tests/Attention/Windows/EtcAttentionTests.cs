using Anyformer.Attention;
using Anyformer.Attention.Windows;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Windows;

[Collection(DefaultGenerator.Name)]
public sealed class EtcAttentionTests
{
    private const int Width = 6, Heads = 2, HeadWidth = 3;

    private static readonly Gen<(int Tokens, int Radius, int Globals, int Distance)> s_cases =
        from tokens in Gen.Choose(1, 50)
        from radius in Gen.Choose(0, 15)
        from globals in Gen.Choose(1, 4)
        from distance in Gen.Choose(0, 5)
        select (tokens, radius, globals, distance);

    [Fact]
    public void TheMemoryReadsAllTokensAndTheyReadItAndTheirWindow() => Property.Holds(s_cases, drawn =>
    {
        using var scope = new TensorScope();
        var (tokens, radius, globals, distance) = drawn;
        var mixer = Mixer(new EtcAttentionOptions { Radius = radius, GlobalTokens = globals, MaxDistance = distance });
        var input = Tensors.Normal64(1, 2, tokens, Width);
        var real = (Tensors.Normal64(2, 2, tokens) > -1).LogicalOr(Functional.Arange(tokens) < 1);
        var expected = Naive(mixer, input, real, radius, new RelativePositions(distance));
        var mixed = mixer.Call(input, AttentionMask.OfTokens(real));
        Tensors.AssertClose(expected.MaskedFill(!real.Unsqueeze(-1), 0), mixed.MaskedFill(!real.Unsqueeze(-1), 0), 1e-9);
    }, runs: 30);

    [Fact]
    public void LabelsOfEachPairAreThoseOfAll()
    {
        using var scope = new TensorScope();
        var labels = new RelativeLabels(5, Heads, HeadWidth);
        var (queries, ofAll) = (Tensors.Normal(1, 2, Heads, 4, HeadWidth), Tensor.From<long>([4, 0, 2, 2, 1, 3], [1, 1, 6]));
        Tensors.AssertClose(labels.Call(queries, ofAll, 0.5), labels.Call(queries, ofAll.Expand([2, 4, 6]), 0.5), 1e-6);
    }

    [Theory]
    [InlineData(ProjectionSharing.None, false, 12)]
    [InlineData(ProjectionSharing.None, true, 11)]
    [InlineData(ProjectionSharing.KeysAndValues, false, 8)]
    [InlineData(ProjectionSharing.All, false, 5)]
    [InlineData(ProjectionSharing.All, true, 4)]
    public void SharedProjectionsAreThereOnce(ProjectionSharing sharing, bool sharesOutput, int projections)
    {
        var mixer = Mixer(new EtcAttentionOptions { GlobalTokens = 3, MaxDistance = 2, Sharing = sharing, SharesOutput = sharesOutput });
        const int labels = 6;
        Assert.Equal(projections * (Width * Width + Width) + 2 * labels * (Width + Heads) + 3 * Width, mixer.ParameterCount());
    }

    [Theory]
    [InlineData(ProjectionSharing.None)]
    [InlineData(ProjectionSharing.All)]
    public void GradientsAreSlopes(ProjectionSharing sharing)
    {
        var mixer = Mixer(new EtcAttentionOptions { Radius = 2, GlobalTokens = 2, MaxDistance = 1, Sharing = sharing });
        var input = Tensors.Normal64(1, 2, 7, Width);
        input.RequiresGrad = true;
        FiniteDifferences.AssertGradients([input, .. mixer.Parameters()], () => mixer.Call(input).Square().Sum());
    }

    [Fact]
    public void StreamsOfDifferentWidthsCannotShare() => Assert.Equal(
        "Only streams of one width can share projections, found widths 6 and 4.",
        Assert.Throws<UserException>(() => new GlobalLocalAttention(new GlobalLocalShape(6, 4, 2, 1) { Sharing = ProjectionSharing.All })).Message);

    [Fact]
    public void WhatItCannotDoIsRefused()
    {
        using var scope = new TensorScope();
        var input = Tensors.Normal64(1, 1, 4, Width);
        string Refusal(AttentionMask mask) => Assert.Throws<UserException>(() => Mixer(new EtcAttentionOptions()).Call(input, mask)).Message;
        Assert.Equal("ETC attention has no causal form; choose a mechanism that the catalog calls causal.", Refusal(AttentionMask.Causal));
        Assert.StartsWith("ETC attention makes no score for every pair", Refusal(AttentionMask.OfPairs(Functional.Ones([4, 4], DType.Bool))));
        Assert.Equal("The heads of ETC attention together are as wide as a token, found widths 4 and 6.",
            Assert.Throws<UserException>(() => new EtcAttention(new TokenMixerShape(4, 6, 2, InnerWidth: 4), new EtcAttentionOptions())).Message);
    }

    private static EtcAttention Mixer(EtcAttentionOptions options)
    {
        TorchRuntime.ManualSeed(1);
        var mixer = new EtcAttention(new TokenMixerShape(0, Width, Heads), options);
        // Fresh biases of labels are all 0.
        foreach (var (name, parameter) in mixer.NamedParameters())
            if (name.EndsWith("biases", StringComparison.Ordinal))
                parameter.SetData(Tensors.Normal(3, parameter.Shape));
        mixer.To(DType.Float64);
        return mixer;
    }

    /// <summary>The formula with a score for every pair.</summary>
    private static Tensor Naive(EtcAttention mixer, Tensor input, Tensor real, int radius, RelativePositions positions)
    {
        var weights = mixer.StateDict();
        Tensor Project(string name, Tensor tokens) =>
            Functional.Linear(tokens, weights[$"attention.{name}_projection.weight"], weights[$"attention.{name}_projection.bias"]);
        Tensor Split(string name, Tensor tokens) => Project(name, tokens).View([2, -1, Heads, HeadWidth]).Transpose(1, 2);

        // Own tokens first, then the others; labels and what is visible likewise.
        Tensor Attend(string stream, Tensor own, Tensor other, Tensor labels, Tensor visible)
        {
            var queries = Split($"{stream}.query", own);
            var keys = Functional.Cat([Split($"{stream}.own_key", own), Split($"{stream}.other_key", other)], 2);
            var values = Functional.Cat([Split($"{stream}.own_value", own), Split($"{stream}.other_value", other)], 2);
            var embeddings = weights[$"attention.{stream}.labels.embeddings"].Index([labels]);
            var biases = weights[$"attention.{stream}.labels.biases"].Index([labels]);
            var scores = queries.MatMul(keys.Transpose(-2, -1)) + (queries.Transpose(1, 2).Unsqueeze(2) * embeddings).Sum([-1]).Permute([0, 3, 1, 2])
                + biases.Permute([2, 0, 1]);
            var contexts = (scores / Math.Sqrt(HeadWidth)).MaskedFill(!visible, -1e30).Softmax(-1).MatMul(values);
            return Project($"{stream}.output", contexts.Transpose(1, 2).Flatten(2));
        }

        var memory = weights["memory"].Expand([2, -1, -1]);
        var (tokens, globals) = (input.Size(1), memory.Size(1));
        Tensor Across(long rows, long columns) => Functional.Full([rows, columns], positions.Count, dtype: DType.Int64);
        var seen = real.View([2, 1, 1, tokens]);
        var filled = memory + Attend("global", memory, input, Functional.Cat([positions.OfPairs(globals), Across(globals, tokens)], 1),
            Functional.Cat([Functional.Ones([2, 1, 1, globals], DType.Bool), seen], -1));
        var near = (Functional.Arange(tokens) - Functional.Arange(tokens).Unsqueeze(-1)).Abs() <= radius;
        return Attend("long", input, filled, Functional.Cat([positions.OfPairs(tokens), Across(tokens, globals)], 1),
            Functional.Cat([near.LogicalAnd(seen), Functional.Ones([2, 1, tokens, globals], DType.Bool)], -1));
    }
}
