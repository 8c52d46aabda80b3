using Anyformer.Attention;
using Anyformer.Attention.Shallow;
using Anyformer.Modules;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Shallow;

[Collection(DefaultGenerator.Name)]
public sealed class ShallowAttentionTests
{
    private const int Limit = 6, Width = 4, Heads = 2;

    private static readonly FsCheck.Gen<((int Tokens, int Context), (bool[] Real, ShallowSize Size))> s_samples =
        Gen.Choose(1, Limit).Two().Zip(Gen.Elements(true, false).ArrayOf(2 * Limit).Zip(Gen.Elements(Enum.GetValues<ShallowSize>())))
            .Select(drawn => ((drawn.Item1.Item1, drawn.Item1.Item2), (drawn.Item2.Item1, drawn.Item2.Item2)));

    [Fact]
    public void ANetworkReadsTheWholeSentenceAndZerosForTheRest() => Property.Holds(s_samples, drawn =>
    {
        using var scope = new TensorScope();
        var ((tokens, _), (real, size)) = drawn;
        var mixer = Mixer(shape => new ShallowAttention(shape, new() { Size = size }));
        var (input, mask) = (Tensors.Normal64(1, 2, tokens, Width), Real(real, tokens));
        var state = mixer.StateDict();
        var rows = Rows(input, mask, Limit);
        var contexts = Unrow(Network(state, "sentence.network", rows), mask, tokens);
        Tensors.AssertClose(Projected(state, contexts), mixer.Call(input, AttentionMask.OfTokens(mask)), 1e-9);
    }, runs: 40);

    [Fact]
    public void ANetworkOfEachHeadGivesItsContext() => Property.Holds(s_samples, drawn =>
    {
        using var scope = new TensorScope();
        var ((tokens, _), (real, size)) = drawn;
        var mixer = Mixer(shape => new ShallowHeadAttention(shape, new() { Size = size }));
        var (input, mask) = (Tensors.Normal64(1, 2, tokens, Width), Real(real, tokens));
        var state = mixer.StateDict();
        Tensor Head(int head)
        {
            var normed = Norm(Rows(input, mask, Limit)) * state["norm_weight"][head] + state["norm_bias"][head];
            var hidden = Functional.Linear(normed, state["hidden_weight"][head], state["hidden_bias"][head]).LeakyRelu();
            var units = Norm(hidden) * state["hidden_norm_weight"][head] + state["hidden_norm_bias"][head];
            return Unrow(Functional.Linear(units, state["output_weight"][head], state["output_bias"][head]), mask, tokens);
        }

        var contexts = Functional.Cat([Head(0), Head(1)], 2);
        Tensors.AssertClose(Projected(state, contexts), mixer.Call(input, AttentionMask.OfTokens(mask)), 1e-9);
    }, runs: 40);

    [Fact]
    public void ANetworkReadsForEachTokenWhatItMaySee() => Property.Holds(s_samples, drawn =>
    {
        using var scope = new TensorScope();
        var ((tokens, _), (real, size)) = drawn;
        var mixer = Mixer(shape => new CausalShallowAttention(shape, new() { Size = size }));
        var (input, mask) = (Tensors.Normal64(1, 2, tokens, Width), Real(real, tokens));
        var state = mixer.StateDict();
        var contexts = Functional.Stack(
            [.. Enumerable.Range(0, tokens).Select(i => Network(state, "network", Rows(input[.., ..(i + 1)], mask[.., ..(i + 1)], Limit)))], 1);
        var expected = Projected(state, contexts * mask.Unsqueeze(-1));
        Tensors.AssertClose(expected, mixer.Call(input, AttentionMask.Causal with { Keys = mask, Queries = mask }), 1e-8);
    }, runs: 40);

    [Fact]
    public void WithoutAMaskEveryTokenSeesTheSame()
    {
        using var scope = new TensorScope();
        var mixer = Mixer(shape => new CausalShallowAttention(shape, new()));
        var input = Tensors.Normal64(1, 2, 5, Width);
        var expected = Projected(mixer.StateDict(), Network(mixer.StateDict(), "network", Rows(input, null, Limit)).Unsqueeze(1).Expand([2, 5, Width]));
        Tensors.AssertClose(expected, mixer.Call(input), 1e-9);
    }

    [Fact]
    public void ANetworkAcrossReadsTheContextAndThenTheTokens() => Property.Holds(s_samples, drawn =>
    {
        using var scope = new TensorScope();
        var ((tokens, context), (real, size)) = drawn;
        var mixer = Mixer(shape => new ShallowCrossAttention(shape with { ContextTokens = Limit + 1 }, new() { Size = size }));
        var (asking, answering) = (Tensors.Normal64(1, 2, tokens, Width), Tensors.Normal64(2, 2, context, Width));
        var (queries, keys) = (Real(real, tokens), Real(real, context));
        var state = mixer.StateDict();
        var rows = Functional.Cat([Rows(answering, keys, Limit + 1), Rows(asking, queries, Limit)], 1);
        var expected = Projected(state, Unrow(Network(state, "network", rows), queries, tokens));
        Tensors.AssertClose(expected, mixer.Call(asking, answering, new AttentionMask { Keys = keys, Queries = queries }), 1e-9);
    }, runs: 40);

    [Theory]
    [InlineData(ShallowSize.Xs, 25)]
    [InlineData(ShallowSize.S, 50)]
    [InlineData(ShallowSize.M, 800)]
    public void TheHiddenUnitsAreThoseOfThePaper(ShallowSize size, int hidden)
    {
        const int numbers = 50 * 128;
        var network = new SentenceNetwork(new TokenMixerShape(50, 128, 8), size);
        Assert.Equal(2 * numbers + numbers * hidden + hidden + 2 * hidden + hidden * numbers + numbers, network.ParameterCount());
    }

    [Theory]
    [InlineData(ShallowSize.Xs, 2, 16)]
    [InlineData(ShallowSize.S, 4, 32)]
    [InlineData(ShallowSize.M, 64, 64)]
    [InlineData(ShallowSize.L, 256, 128)]
    [InlineData(ShallowSize.Xl, 1024, 128)]
    public void SizesAreSharesOfTheNumbersRead(ShallowSize size, int hidden, int ofHead) =>
        Assert.Equal((hidden, ofHead), (size.Hidden(512), size.HiddenOfHead(512)));

    [Fact]
    public void WhatTheyCannotDoIsRefused()
    {
        using var scope = new TensorScope();
        var mixer = Mixer(shape => new ShallowAttention(shape, new()));
        var causal = Mixer(shape => new CausalShallowAttention(shape, new()));
        string Message(Func<object> action) => Assert.Throws<UserException>(action).Message;
        Assert.Equal("The shallow network was built for sentences of up to 6 tokens, found 7.", Message(() => mixer.Call(Tensors.Normal64(1, 1, 7, Width))));
        Assert.Equal("The shallow network was built for sentences of up to 6 tokens, found 7.", Message(() => causal.Call(Tensors.Normal64(1, 1, 7, Width))));
        Assert.Equal("A shallow network of whole sentences has no causal form; choose a mechanism that the catalog calls causal.",
            Message(() => mixer.Call(Tensors.Normal64(1, 1, 3, Width), AttentionMask.Causal)));
        Assert.Equal("A shallow network is built for a number of tokens, and this host does not know how many there will be.",
            Message(() => new ShallowAttention(new TokenMixerShape(0, Width, Heads), new())));
    }

    private static TMixer Mixer<TMixer>(Func<TokenMixerShape, TMixer> make) where TMixer : Module
    {
        TorchRuntime.ManualSeed(1);
        var mixer = make(new TokenMixerShape(Limit, Width, Heads));
        mixer.To(DType.Float64);
        using var unrecorded = Autograd.NoGrad();
        // Fresh norms are 1 and 0, which would hide a mistake.
        foreach (var (name, parameter) in mixer.NamedParameters())
            if (name.Contains("norm", StringComparison.Ordinal))
                parameter.UniformInPlace(0.5, 1.5);
        return mixer;
    }

    private static Tensor Real(bool[] real, int tokens) =>
        Tensor.From([.. Enumerable.Range(0, 2).SelectMany(row => real.Skip(row * Limit).Concat(real).Take(tokens))], 2, tokens);

    private static Tensor Rows(Tensor tokens, Tensor? real, int limit)
    {
        var masked = real is null ? tokens : tokens * real.Unsqueeze(-1);
        return Functional.Cat([masked, Functional.Zeros([2, limit - tokens.Size(1), Width], DType.Float64)], 1).Reshape([2, limit * Width]);
    }

    private static Tensor Unrow(Tensor rows, Tensor real, int tokens) => rows.Reshape([2, Limit, -1]).Narrow(1, 0, tokens) * real.Unsqueeze(-1);

    private static Tensor Norm(Tensor rows) => Functional.LayerNorm(rows, [rows.Size(-1)]);

    private static Tensor Network(IReadOnlyDictionary<string, Tensor> state, string name, Tensor rows)
    {
        Tensor Part(string part) => state[$"{name}.{part}"];
        var hidden = Functional.Linear(Norm(rows) * Part("input_norm.weight") + Part("input_norm.bias"), Part("hidden.weight"), Part("hidden.bias")).LeakyRelu();
        return Functional.Linear(Norm(hidden) * Part("hidden_norm.weight") + Part("hidden_norm.bias"), Part("output.weight"), Part("output.bias"));
    }

    private static Tensor Projected(IReadOnlyDictionary<string, Tensor> state, Tensor contexts) =>
        Functional.Linear(contexts, state["output_projection.weight"], state["output_projection.bias"]);
}
