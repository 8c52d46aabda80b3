using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.FeedForward.Experts;
using Anyformer.FeedForward.Memory;
using Anyformer.FeedForward.Monarch;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Tests.FeedForward;

/// <summary>What holds for every channel mixer of the catalog.</summary>
[Collection(DefaultGenerator.Name)]
public sealed class ChannelMixerTests
{
    private const int Width = 6;

    public static TheoryData<string> Ids => [.. MethodCatalog.OfRole<ChannelMixer>().Select(entry => entry.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void AnyNumberOfTokensKeepsItsShape(string id)
    {
        foreach (var tokens in new[] { 1, 2, 7, 31 })
        {
            using var scope = new TensorScope();
            var mixer = Build(id, Part<ChannelMixer>.Of(id).Options, dropout: 0.1);
            var input = Tensors.Normal(tokens, 3, tokens, Width);
            var output = mixer.Call(input);
            Assert.Equal(input.Shape, output.Shape);
            Assert.All(output.Numbers(), value => Assert.True(double.IsFinite(value)));
            output.Square().Sum().Backward();
            Assert.All(mixer.Parameters(), parameter =>
                Assert.All(parameter.Grad?.Numbers() ?? [], slope => Assert.True(double.IsFinite(slope))));
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void TokensDoNotSeeEachOtherWhereThereIsRoom(string id)
    {
        using var scope = new TensorScope();
        var mixer = Build(id, Roomy(id));
        mixer.Eval();
        var input = Tensors.Normal(1, 2, 9, Width);
        var output = mixer.Call(input);
        Tensors.AssertClose(output[.., ..4], mixer.Call(input[.., ..4]));
        Tensors.AssertClose(output[1..], mixer.Call(input[1..]));
        var changed = input.Clone();
        changed[0, 3].FillInPlace(2);
        var others = mixer.Call(changed);
        Tensors.AssertClose(output[.., ..3], others[.., ..3]);
        Tensors.AssertClose(output[.., 4..], others[.., 4..]);
        Tensors.AssertClose(output[1], others[1]);
        Assert.NotEqual(output[0, 3].Numbers(), others[0, 3].Numbers());
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void PaddingTakesNoPlace(string id)
    {
        using var scope = new TensorScope();
        var mixer = Build(id, Part<ChannelMixer>.Of(id).Options);
        mixer.Eval();
        var real = Tensor.From([true, false, true, true, false, true, true, true, true, true, true, false], 2, 6);
        using var context = new TokenContext(real: real);
        Tensor Call(int seed)
        {
            TorchRuntime.ManualSeed(1);
            return mixer.Call(Functional.Where(real.Unsqueeze(-1), Tensors.Normal(1, 2, 6, Width), Tensors.Normal(seed, 2, 6, Width)))
                * real.Unsqueeze(-1);
        }

        Tensors.AssertClose(Call(2), Call(3));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void GradientsAreSlopes(string id)
    {
        var mixer = Build(id, Roomy(id));
        mixer.To(DType.Float64);
        mixer.Eval();
        var input = Tensors.Normal64(1, 2, 5, Width);
        input.RequiresGrad = true;
        FiniteDifferences.AssertGradients([input, .. mixer.Parameters()], () =>
        {
            TorchRuntime.ManualSeed(1);
            using var losses = new AuxiliaryLoss();
            return losses.AddTo((mixer.Call(input) * Tensors.Normal64(2, 2, 5, Width)).Sum());
        });
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void HalfPrecisionKeepsItsType(string id)
    {
        using var scope = new TensorScope();
        var mixer = Build(id, Roomy(id));
        mixer.To(DType.BFloat16);
        mixer.Eval();
        var output = mixer.Call(Tensors.Normal(1, 2, 5, Width).To(DType.BFloat16));
        Assert.Equal(DType.BFloat16, output.DType);
        Assert.All(output.Numbers(), value => Assert.True(double.IsFinite(value)));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void ItTrainsUnderAutocastToo(string id)
    {
        foreach (var narrow in new[] { false, true })
        {
            using var scope = new TensorScope();
            TorchRuntime.ManualSeed(1);
            var mixer = Build(id, Roomy(id));
            var input = Tensors.Normal(1, 4, 16, Width);
            var target = input.Abs() - 0.5;
            var optimizer = new Adam(mixer.Parameters(), new AdamOptions { LearningRate = 1e-2 });
            var losses = Enumerable.Range(0, 60).Select(_ => Step(mixer, input, target, optimizer, narrow)).ToArray();
            Assert.True(losses[^1] < 0.7 * losses[0], $"the loss went from {losses[0]} to {losses[^1]}");
        }
    }

    private static double Step(ChannelMixer mixer, Tensor input, Tensor target, Adam optimizer, bool narrow)
    {
        using var scope = new TensorScope();
        using var losses = new AuxiliaryLoss();
        optimizer.ZeroGrad();
        var output = narrow ? Narrow(mixer, input) : mixer.Call(input);
        var loss = output.To(DType.Float32).MseLoss(target);
        losses.AddTo(loss).Backward();
        optimizer.Step();
        return loss.Item<double>();
    }

    private static Tensor Narrow(ChannelMixer mixer, Tensor input)
    {
        using var autocast = new Autocast(Device.Cpu, DType.BFloat16);
        return mixer.Call(input);
    }

    private static ChannelMixer Build(string id, object? options, double dropout = 0) =>
        new Part<ChannelMixer>(id, options).Build(new ChannelMixerShape(Width, 16, dropout));

    /// <summary>Options with a place for every token and without draws outside training; small where the defaults are large.</summary>
    private static object? Roomy(string id) => id switch
    {
        "switch" => new SwitchFeedForwardOptions { Experts = 4, CapacityFactor = 4, EvaluationCapacityFactor = 4, RouterLossWeight = 0.1 },
        "top1-gate" => new Top1MixtureOptions { Experts = 4, CapacityFactor = 4, EvaluationCapacity = 1 },
        "top2-gate" => new Top2MixtureOptions { Experts = 4, EvaluationCapacity = 1 },
        "moe" => new MeshMixtureOptions { Experts = 4, CapacityFactor = 4, EvaluationCapacityFactor = 4, EvaluationPolicy = SecondExpertPolicy.All },
        "monarch-gated-feed-forward" => new GatedBlockDiagonalFeedForwardOptions { Blocks = 2 },
        "product-key-memory" => new ProductKeyMemoryOptions { Keys = 6, KeyWidth = 8, Heads = 2, Neighbors = 4 },
        _ => Part<ChannelMixer>.Of(id).Options,
    };
}
