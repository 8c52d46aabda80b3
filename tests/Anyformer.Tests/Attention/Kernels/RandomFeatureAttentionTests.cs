using Anyformer.Attention;
using Anyformer.Attention.Kernels;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Kernels;

[Collection(DefaultGenerator.Name)]
public sealed class RandomFeatureAttentionTests
{
    [Fact]
    public void ItIsTheDenseFormula() => Property.Holds(Gen.Choose(1, 200).Zip(Gen.Elements(true, false).Two()), drawn =>
    {
        using var scope = new TensorScope();
        var (tokens, (isCausal, normalize)) = drawn;
        var attention = Attention(normalize, temperature: 0.7);
        var (queries, keys, values) = Draw(tokens);
        var real = Tensors.Normal64(4, 2, tokens) > -0.5;
        var directions = attention.StateDict()["features.directions"];
        Tensor Features(Tensor heads)
        {
            var units = heads / (heads.Square().Sum([-1], keepdim: true).Sqrt() + 1e-3);
            var angles = units.MatMul((directions / 0.7).Transpose(-2, -1));
            return Functional.Cat([angles.Sin(), angles.Cos()], -1) * 0.1;
        }

        var mask = AttentionMask.OfKeys(real) with { IsCausal = isCausal };
        var scores = Features(queries).MatMul(Features(keys).Transpose(-2, -1)) * mask.Table(tokens, tokens)!;
        var weights = scores.Sum([-1], keepdim: true);
        var divisor = normalize ? weights.Abs().ClampMin(1e-3) : (isCausal ? weights : weights.Abs()).ClampMin(1);
        Tensors.AssertClose(scores.MatMul(values) / divisor, attention.Call(queries, keys, values, mask), 1e-8);
    }, runs: 30);

    [Fact]
    public void StepsEqualTheCausalForm()
    {
        using var scope = new TensorScope();
        var attention = Attention(normalize: false);
        var (queries, keys, values) = Draw(40);
        var whole = attention.Call(queries, keys, values, AttentionMask.Causal);
        IReadOnlyList<Tensor>? state = null;
        for (var i = 0L; i < 40; i += 4)
        {
            (var context, state) = attention.Step(queries.Narrow(2, i, 4), keys.Narrow(2, i, 4), values.Narrow(2, i, 4), state);
            Tensors.AssertClose(whole.Narrow(2, i, 4), context, 1e-9);
        }
    }

    [Fact]
    public void DirectionsAreDrawnForEveryTrainingCallOnceForAllSamples()
    {
        using var scope = new TensorScope();
        var attention = Attention(normalize: false);
        attention.Train();
        var (queries, keys, values) = Draw(5);
        var given = Tensors.Normal64(9, 2, 64, 3);
        using (var draws = new RandomDraws(given))
        {
            var context = attention.Call(queries, keys, values);
            Assert.Equal(0, draws.Remaining);
            attention.Eval();
            attention.Load(new Dictionary<string, Tensor> { ["features.directions"] = given }, strict: false);
            Tensors.AssertSame(context, attention.Call(queries, keys, values));
        }
    }

    [Fact]
    public void AGatedMemoryForgets() => Property.Holds(Gen.Choose(1, 300), tokens =>
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = Draw(tokens);
        var logGates = (Tensors.Normal64(4, 2, 2, tokens, 1) * 2).LogSigmoid();
        var memory = keys.NewZeros([2, 2, 3, 3]);
        var expected = new List<Tensor>();
        for (var t = 0L; t < tokens; t++)
        {
            memory = memory * logGates.Narrow(2, t, 1).Exp() + keys.Narrow(2, t, 1).Transpose(-2, -1).MatMul(values.Narrow(2, t, 1));
            expected.Add(queries.Narrow(2, t, 1).MatMul(memory));
        }

        var (products, last) = GatedProduct.Of(queries, keys, values, logGates);
        Tensors.AssertClose(Functional.Cat([.. expected], 2), products, 1e-9);
        Tensors.AssertClose(memory, last, 1e-9);
    }, runs: 15);

    [Fact]
    public void ClosedGatesStayFinite()
    {
        using var scope = new TensorScope();
        var (queries, keys, values) = Draw(300);
        var logGates = Functional.Full([2, 2, 300, 1], -1000.0, DType.Float64);
        keys.RequiresGrad = logGates.RequiresGrad = true;
        var (products, _) = GatedProduct.Of(queries, keys, values, logGates);
        Tensors.AssertClose((queries * keys).Sum([-1], keepdim: true) * values, products, 1e-9);
        products.Sum().Backward();
        Assert.All([.. keys.Grad!.Numbers(), .. logGates.Grad!.Numbers()], slope => Assert.True(double.IsFinite(slope)));
    }

    [Fact]
    public void GatedStepsEqualTheWhole()
    {
        using var scope = new TensorScope();
        var mixer = new GatedRandomFeatureAttention(new TokenMixerShape(0, 6, 2), new RandomFourierFeatureMapOptions());
        mixer.To(DType.Float64);
        mixer.Eval();
        var tokens = Tensors.Normal64(1, 2, 12, 6);
        var whole = mixer.Call(tokens);
        Tensors.AssertSame(whole, mixer.Call(tokens, AttentionMask.Causal));
        Tensor? state = null;
        for (var i = 0L; i < 12; i += 3)
        {
            (var mixed, state) = mixer.Step(tokens.Narrow(1, i, 3), state);
            Tensors.AssertClose(whole.Narrow(1, i, 3), mixed, 1e-9);
        }
    }

    [Fact]
    public void PaddingLeavesTheMemoryAsItIs()
    {
        using var scope = new TensorScope();
        var mixer = new GatedRandomFeatureAttention(new TokenMixerShape(0, 6, 2), new RandomFourierFeatureMapOptions());
        mixer.Eval();
        var tokens = Tensors.Normal(1, 1, 5, 6);
        var kept = Tensor.From([0L, 1, 3, 4], 4);
        var mask = AttentionMask.OfTokens(Tensor.From([true, true, false, true, true], 1, 5));
        Tensors.AssertClose(mixer.Call(tokens.IndexSelect(1, kept)), mixer.Call(tokens, mask).IndexSelect(1, kept), 1e-6);
    }

    private static RandomFeatureAttention Attention(bool normalize, double temperature = 1)
    {
        TorchRuntime.ManualSeed(1);
        var map = Part<FeatureMap>.Of("random-fourier", new RandomFourierFeatureMapOptions { Temperature = temperature });
        var attention = new RandomFeatureAttention(new AttentionShape(2, 3), new() { FeatureMap = map, Normalize = normalize });
        attention.To(DType.Float64);
        attention.Eval();
        return attention;
    }

    private static (Tensor Queries, Tensor Keys, Tensor Values) Draw(int tokens) =>
        (Tensors.Normal64(1, 2, 2, tokens, 3), Tensors.Normal64(2, 2, 2, tokens, 3), Tensors.Normal64(3, 2, 2, tokens, 3));
}
