using Anyformer.Blocks;
using Anyformer.FeedForward;
using Anyformer.Inspection;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoders;
using Anyformer.Models.Language.EncoderDecoders;
using Anyformer.Models.Language.Encoders;
using Anyformer.Models.Language.Monarch;
using Anyformer.Models.Language.Recurrent;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Blocks;

[Collection(DefaultGenerator.Name)]
public sealed class RecomputationTests
{
    private static readonly LanguageShape s_shape = new(Vocabulary: 13, Tokens: 8);

    public static TheoryData<string> Models =>
        ["decoder", "decoder-experts", "decoder-shared", "decoder-halting", "gpt2", "bert", "t5", "simplified", "transformer-xl", "compressive", "m2-bert", "m2-gpt"];

    [Theory]
    [MemberData(nameof(Models))]
    public void GradientsAreTheSame(string name)
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var model = Model(name);
        Tensor?[] Gradients(bool recomputes)
        {
            foreach (var parameter in model.Parameters())
                parameter.Grad = null;
            TorchRuntime.ManualSeed(2);
            using var recomputation = recomputes ? new Recomputation() : null;
            Loss(model).Backward();
            Assert.True(!recomputes || recomputation!.Blocks >= 2);
            // What is drawn afterwards is the same too.
            return [.. model.Parameters().Select(parameter => parameter.Grad?.Clone()), Functional.Rand([3])];
        }

        foreach (var (kept, recomputed) in Gradients(false).Zip(Gradients(true)))
        {
            Assert.Equal(kept is null, recomputed is null);
            if (kept is not null)
                Tensors.AssertClose(kept, recomputed!, 1e-6);
        }
    }

    [Fact]
    public void DropoutIsDrawnAgain()
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var block = new DroppedOnes();
        var ones = Functional.Ones([64]);
        using (new Recomputation())
        {
            var result = Recomputation.Call(block, [ones], given => block.Call(given[0]!));
            result.Sum().Backward();
            Assert.Equal(result.Detach().Numbers(), block.Gain.Grad!.Numbers());
        }

        Assert.Contains(0.0, block.Gain.Grad!.Numbers());
        Assert.Contains(2.0, block.Gain.Grad!.Numbers());
    }

    [Fact]
    public void BuffersAreAsTheyWereAndStayAsTheyAre()
    {
        using var scope = new TensorScope();
        var block = new Counting();
        using var recomputation = new Recomputation();
        Tensor Call() => Recomputation.Call(block, [Functional.Ones([1])], given => block.Call(given[0]!));
        var (first, second) = (Call(), Call());
        Assert.Equal([1, 2], new[] { first.Item<float>(), second.Item<float>() });
        (first + second).Backward();
        Assert.Equal(2, block.Count.Item<float>());
        // Each call was multiplied by its own number.
        Assert.Equal(3, block.Gain.Grad!.Item<float>());
    }

    [Fact]
    public void TheLossOfPartsAndKnownTokensComeBack()
    {
        using var scope = new TensorScope();
        var block = new Knowing();
        using var recomputation = new Recomputation();
        using var auxiliary = new AuxiliaryLoss();
        Tensor result;
        using (var ids = Tensor.From<long>([2, 5]).View([1, 2]))
        using (new TokenContext(ids))
            result = Recomputation.Call(block, [Functional.Ones([1, 2, 1])], given => block.Call(given[0]!));
        Assert.Equal(70, auxiliary.AddTo(result.Sum() * 0).Item<float>());
        auxiliary.AddTo(result.Sum()).Backward();
        Assert.Equal(7 + 70, block.Gain.Grad!.Item<float>());
    }

    [Fact]
    public void OutsideNothingIsComputedAgain()
    {
        using var scope = new TensorScope();
        var block = new DroppedOnes();
        var calls = 0;
        Tensor Call() => Recomputation.Call(block, [Functional.Ones([2])], given =>
        {
            calls++;
            return block.Call(given[0]!);
        });
        Call().Sum().Backward();
        Assert.Equal(1, calls);
        using var recomputation = new Recomputation();
        using (Autograd.NoGrad())
            Call();
        using (new Recorder())
            Call().Sum().Backward();
        Assert.Equal((3, 0), (calls, recomputation.Blocks));
        Call().Sum().Backward();
        Assert.Equal((5, 1), (calls, recomputation.Blocks));
    }

    [Fact]
    public void TwiceIsRefused()
    {
        using var scope = new TensorScope();
        var block = new DroppedOnes();
        using var recomputation = new Recomputation();
        var result = Recomputation.Call(block, [Functional.Ones([2])], given => block.Call(given[0]!)).Sum();
        Assert.Contains("cannot be differentiated twice", Assert.Throws<TorchException>(
            () => Autograd.Grad([result], [block.Gain], createGraph: true)).Message, StringComparison.Ordinal);
    }

    private static Tensor Loss(Module model)
    {
        var tokens = Tensor.From<long>([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2, 3]).View([2, 8]);
        var real = Functional.Arange(8).Lt(Tensor.From<long>([8, 5]).Unsqueeze(1));
        using var auxiliary = new AuxiliaryLoss();
        var scores = model switch
        {
            SequenceToSequenceModel writer => writer.Call(tokens, tokens[.., ..5], real),
            M2Gpt text => text.Call(tokens),
            TextModel text => text.Call(tokens, real),
            _ => throw new InvalidOperationException(),
        };
        // Of padding nothing is asked.
        var labels = scores.Size(1) == 8 && model is not M2Gpt ? tokens.MaskedFill(real.LogicalNot(), -100) : tokens[.., ..(int)scores.Size(1)];
        return auxiliary.AddTo(scores.Flatten(0, 1).CrossEntropyLoss(labels.Flatten(), ignoreIndex: -100)).Clone();
    }

    private static Module Model(string name)
    {
        var small = TransformerOptions.Presets["small"] with { Width = 16, Heads = 2, FeedForwardWidth = 24, Dropout = 0.3 };
        return name switch
        {
            "decoder" => new TransformerDecoder(s_shape, small),
            "decoder-experts" => new TransformerDecoder(s_shape, small with { FeedForward = Part<ChannelMixer>.Of("switch") }),
            "decoder-shared" => new TransformerDecoder(s_shape, small with { Layers = small.Layers with { Share = Anyformer.Blocks.Layers.LayerSharing.Universal } }),
            "decoder-halting" => new TransformerDecoder(s_shape, small with
            {
                Layers = small.Layers with { Share = Anyformer.Blocks.Layers.LayerSharing.Universal, Halting = Anyformer.Blocks.Layers.LayerHalting.Act },
            }),
            "gpt2" => new Gpt2(s_shape, Gpt2Options.Presets["small"] with { Dropout = 0.2 }),
            "bert" => new Bert(s_shape, BertOptions.Presets["small"] with { Dropout = 0.2 }),
            "t5" => new T5(new TranslationShape(s_shape, s_shape), T5Options.Presets["small"] with { Dropout = 0.2 }),
            "simplified" => new SimplifiedTransformer(s_shape, SimplifiedOptions.Presets["small"]),
            "transformer-xl" => new TransformerXl(s_shape, TransformerXlOptions.Presets["small"] with { Dropout = 0.2 }),
            "compressive" => new CompressiveTransformer(s_shape, CompressiveTransformerOptions.Presets["small"] with { Dropout = 0.2 }),
            "m2-bert" => new M2Bert(s_shape, M2BertOptions.Presets["small"]),
            _ => new M2Gpt(s_shape, M2GptOptions.Presets["small"]),
        };
    }

    private sealed class DroppedOnes : TensorModule
    {
        internal Parameter Gain { get; } = Initialization.Constant(Parameter.Empty(64), 1);

        private Dropout Dropout { get; } = new(0.5);

        protected override Tensor Forward(Tensor input) => Dropout.Call(input * Gain[..(int)input.Size(0)]);
    }

    /// <summary>Multiplies by how often it has been called.</summary>
    private sealed class Counting : TensorModule
    {
        internal Parameter Gain { get; } = Initialization.Constant(Parameter.Empty(1), 1);

        [Buffer]
        internal Tensor Count { get; } = Functional.Zeros([1]).OutliveScopes();

        protected override Tensor Forward(Tensor input)
        {
            using (Autograd.NoGrad())
                Count.CopyInPlace(Count + 1);
            return input * Gain * Count.Clone();
        }
    }

    /// <summary>Multiplies by the ids of the tokens, and adds ten times as much to the loss.</summary>
    private sealed class Knowing : TensorModule
    {
        internal Parameter Gain { get; } = Initialization.Constant(Parameter.Empty(1), 1);

        protected override Tensor Forward(Tensor input)
        {
            var result = input * Gain * TokenContext.IdsOf(input)!.View([1, 2, 1]);
            AuxiliaryLoss.Add(result.Sum() * 10);
            return result;
        }
    }
}
