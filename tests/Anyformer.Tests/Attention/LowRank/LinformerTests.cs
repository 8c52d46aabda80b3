using Anyformer.Attention;
using Anyformer.Attention.LowRank;
using Anyformer.Models.Language;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.LowRank;

[Collection(DefaultGenerator.Name)]
public sealed class LinformerTests
{
    [Fact]
    public void ItIsASoftmaxOverSumsOfTokens() => Property.Holds(
        Gen.Choose(1, 12).Zip(Gen.Choose(1, 5)).Zip(Gen.Elements(true, false).Two()), drawn =>
        {
            using var scope = new TensorScope();
            var ((tokens, rank), (oneHead, shared)) = drawn;
            var mixer = Mixer(12, new LinformerOptions { Rank = rank, OneKeyValueHead = oneHead, SharedKeysAndValues = shared });
            var (input, real) = (Tensors.Normal64(1, 2, tokens, 6), Tensors.Normal64(2, 2, tokens) > -0.5);
            var state = mixer.StateDict();
            Tensor Project(string name) => input.MatMul(state[$"{name}_projection.weight"].Transpose(0, 1)) * real.Unsqueeze(-1);
            // The sums are made of whole tokens here, before they are split into heads.
            Tensor Sums(string name, Tensor projected) => state[$"reducer.{name}"].Narrow(0, 0, tokens).Transpose(0, 1).MatMul(projected);
            var keys = Sums("keys", Project("key"));
            var values = Sums(shared ? "keys" : "values", Project(shared ? "key" : "value"));
            var contexts = new List<Tensor>();
            for (var head = 0; head < 2; head++)
            {
                var (from, asked) = (oneHead ? 0 : 3 * head, input.MatMul(state["query_projection.weight"].Transpose(0, 1)).Narrow(2, 3 * head, 3));
                var weights = (asked.MatMul(keys.Narrow(2, from, 3).Transpose(1, 2)) / Math.Sqrt(3)).Softmax(-1);
                contexts.Add(weights.MatMul(values.Narrow(2, from, 3)));
            }

            var expected = Functional.Linear(Functional.Cat([.. contexts], 2), state["output_projection.weight"], state["output_projection.bias"]);
            Tensors.AssertClose(expected, mixer.Call(input, AttentionMask.OfTokens(real)), 1e-9);
        }, runs: 40);

    [Fact]
    public void OtherTokensMayAnswer()
    {
        using var scope = new TensorScope();
        var mixer = Mixer(8, new LinformerOptions { Rank = 3 });
        var (tokens, context) = (Tensors.Normal64(1, 2, 20, 6), Tensors.Normal64(2, 2, 7, 6));
        Assert.Equal([2L, 20, 6], mixer.Call(tokens, context, mask: null).Shape);
        Tensors.AssertSame(mixer.Call(context), mixer.Call(context, context, mask: null));
    }

    [Fact]
    public void WhatItCannotDoIsRefused()
    {
        using var scope = new TensorScope();
        var mixer = Mixer(8, new LinformerOptions());
        string Message(Func<object> action) => Assert.Throws<UserException>(action).Message;
        Assert.Equal("Linformer was built for up to 8 tokens, found 9.", Message(() => mixer.Call(Tensors.Normal64(1, 1, 9, 6))));
        Assert.Equal("Linformer has no causal form; choose a mechanism that the catalog calls causal.",
            Message(() => mixer.Call(Tensors.Normal64(1, 1, 8, 6), AttentionMask.Causal)));
        Assert.Equal("Linformer is built for a number of tokens, and this host does not know how many there will be.",
            Message(() => Mixer(0, new LinformerOptions())));
    }

    [Fact]
    public void TheModelHasTheParametersOfTheReferencesExample()
    {
        var attended = new LinformerOptions { OneKeyValueHead = true, SharedKeysAndValues = true };
        var options = LinformerLanguageModelOptions.Presets["example"] with { Layers = 1, Attention = attended };
        const int attention = 512 * 512 + 512 * 64 + 4096 * 256 + 512 * 512 + 512, feedForward = 2 * 4 * 512 * 512 + 5 * 512;
        Assert.Equal(20000 * 512 + 4096 * 512 + attention + feedForward + 2 * 2 * 512 + 512 * 20000 + 20000,
            new LinformerLanguageModel(options).ParameterCount());
    }

    [Fact]
    public void PaddingDoesNotReachTheLogits()
    {
        using var scope = new TensorScope();
        var model = new LinformerLanguageModel(new() { Vocabulary = 9, Positions = 6, Width = 8, Layers = 2, Heads = 2, HeadWidth = 3 });
        model.Eval();
        var real = Tensor.From([true, true, true, false, false], 1, 5);
        var (tokens, changed) = (Tensor.From([1L, 2, 3, 4, 5], 1, 5), Tensor.From([1L, 2, 3, 6, 7], 1, 5));
        Tensors.AssertClose(model.Call(tokens, real)[.., ..3], model.Call(changed, real)[.., ..3], 1e-6);
        Assert.Equal("This Linformer takes samples of up to 6 tokens, found 7.",
            Assert.Throws<UserException>(() => model.Call(Functional.Zeros([1, 7], DType.Int64))).Message);
    }

    private static Linformer Mixer(int tokens, LinformerOptions options)
    {
        TorchRuntime.ManualSeed(1);
        var mixer = new Linformer(new TokenMixerShape(tokens, 6, 2), options);
        mixer.To(DType.Float64);
        return mixer;
    }
}
