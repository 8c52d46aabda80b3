using Anyformer.Attention;
using Anyformer.Attention.LowRank;
using Anyformer.Inspection;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.LowRank;

[Collection(DefaultGenerator.Name)]
public sealed class SynthesizerTests
{
    private const int Most = 10;

    [Fact]
    public void EveryMapIsItsFormula() => Property.Holds(
        Gen.Choose(1, Most).Zip(Gen.Elements(Enum.GetValues<Synthesis>())).Zip(Gen.Elements(true, false)), drawn =>
        {
            using var scope = new TensorScope();
            var ((tokens, kind), isCausal) = drawn;
            var mixer = Mixer(new SynthesizerOptions { Maps = [kind], Rank = 3 });
            var input = Tensors.Normal64(1, 2, tokens, 6);
            var real = Tensors.Normal64(2, 2, tokens) > -0.5;
            var mask = AttentionMask.OfTokens(real) with { IsCausal = isCausal };
            using var recorder = new Recorder();
            mixer.Call(input, mask);
            var state = mixer.StateDict();
            Tensor Part(string name) => state[$"maps.0.{name}"];
            Tensor Row(string name, int sample, int token) =>
                Part($"{name}.weight").Mv(input[sample, token]) + Part($"{name}.bias");
            double Score(int sample, int head, int row, int column)
            {
                switch (kind)
                {
                    case Synthesis.Dense:
                        var hidden = Row("hidden", sample, row).Relu().Numbers();
                        var weight = Part("weight").Numbers();
                        return Enumerable.Range(0, 3).Sum(i => hidden[head * 3 + i] * weight[(head * 3 + i) * Most + column])
                            + Part("bias").Numbers()[head * Most + column];
                    case Synthesis.FactorizedDense:
                        // The root of ten tokens, rounded up, is four; three rows of four cover them.
                        var (tiled, repeated) = (Row("tiled", sample, row).Numbers(), Row("repeated", sample, row).Numbers());
                        return tiled[head * 4 + column % 4] * repeated[head * 3 + column / 4];
                    case Synthesis.Random:
                        return Part("table").Numbers()[(head * Most + row) * Most + column];
                    case Synthesis.FactorizedRandom:
                        var (rows, columns) = (Part("rows").Numbers(), Part("columns").Numbers());
                        return Enumerable.Range(0, 3).Sum(i => rows[(head * Most + row) * 3 + i] * columns[(head * 3 + i) * Most + column]);
                    default:
                        var (query, key) = (Row("query_projection", sample, row).Numbers(), Row("key_projection", sample, column).Numbers());
                        return Enumerable.Range(head * 3, 3).Sum(i => query[i] * key[i]) / Math.Sqrt(3);
                }
            }

            var table = mask.Table(tokens, tokens)!.Expand([2, 1, tokens, tokens]).Numbers();
            var scores = new double[2 * 2 * tokens * tokens];
            for (var i = 0; i < scores.Length; i++)
            {
                var (column, row, head, sample) = (i % tokens, i / tokens % tokens, i / tokens / tokens % 2, i / tokens / tokens / 2);
                scores[i] = table[(sample * tokens + row) * tokens + column] == 0 ? -1e10 : Score(sample, head, row, column);
            }

            var expected = Tensor.From(scores, 2, 2, tokens, tokens).Softmax(-1);
            Tensors.AssertClose(expected, recorder.Named("weights").Single().Expand(expected.Shape), 1e-9);
        }, runs: 30);

    [Fact]
    public void MapsAreMixedByASoftmax()
    {
        using var scope = new TensorScope();
        var mixer = Mixer(new SynthesizerOptions { Maps = [Synthesis.Random, Synthesis.FactorizedRandom] });
        mixer.Load(new Dictionary<string, Tensor> { ["mixture"] = Tensor.From([0.0, Math.Log(3)], 2) }, strict: false);
        var state = mixer.StateDict();
        using var recorder = new Recorder();
        mixer.Call(Tensors.Normal64(1, 2, Most, 6));
        var scores = state["maps.0.table"] * 0.25 + state["maps.1.rows"].MatMul(state["maps.1.columns"]) * 0.75;
        Tensors.AssertClose(scores.Softmax(-1), recorder.Named("weights").Single()[0], 1e-9);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ARandomTableIsTrainedOrStays(bool isTrained)
    {
        using var scope = new TensorScope();
        var mixer = Mixer(new SynthesizerOptions { Maps = [Synthesis.Random], TrainableRandom = isTrained });
        Assert.Equal(isTrained, mixer.NamedParameters().Any(item => item.Name == "maps.0.table"));
        Assert.Equal([2L, Most, Most], mixer.StateDict()["maps.0.table"].Shape);
    }

    [Fact]
    public void MistakesAreNamed()
    {
        using var scope = new TensorScope();
        string Message(Func<object> action) => Assert.Throws<UserException>(action).Message;
        Assert.Equal("Synthesizer was built for up to 10 tokens, found 11.", Message(() => Mixer(new()).Call(Tensors.Normal64(1, 1, 11, 6))));
        Assert.Equal("Synthesizer is built for a number of tokens, and this host does not know how many there will be.",
            Message(() => new Synthesizer(new TokenMixerShape(0, 6, 2), new())));
        Assert.Equal("Synthesizer needs one map of scores or several different ones, found Dense, Dense.",
            Message(() => Mixer(new() { Maps = [Synthesis.Dense, Synthesis.Dense] })));
        Assert.Equal("The lengths of the factors of a dense synthesizer must multiply to 10 tokens or more, found 3 and 3.",
            Message(() => Mixer(new() { Maps = [Synthesis.FactorizedDense], TiledLength = 3, RepeatedLength = 3 })));
    }

    private static Synthesizer Mixer(SynthesizerOptions options)
    {
        TorchRuntime.ManualSeed(1);
        var mixer = new Synthesizer(new TokenMixerShape(Most, 6, 2), options);
        mixer.To(DType.Float64);
        return mixer;
    }
}
