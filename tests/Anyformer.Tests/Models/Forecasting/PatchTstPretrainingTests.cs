using Anyformer.Models.Forecasting;
using Anyformer.Modules;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Models.Forecasting;

[Collection(DefaultGenerator.Name)]
public sealed class PatchTstPretrainingTests
{
    private static readonly PatchTstOptions s_options = new()
    {
        PatchLength = 3,
        Stride = 3,
        PatchFit = PatchFit.DropFirst,
        Width = 8,
        Heads = 2,
        FeedForwardWidth = 6,
        Layers = 2,
        Dropout = 0,
    };

    private static readonly ForecastShape s_shape = Forecasts.Shape(17, 4, 2);

    [Fact]
    public void HidesTheSameShareOfEverySeries()
    {
        var sizes =
            from patches in Gen.Choose(2, 20)
            from percent in Gen.Choose(1, 99)
            let ratio = percent / 100.0
            let hidden = patches - (int)(patches * (1 - ratio))
            where hidden > 0 && hidden < patches
            select (patches, ratio, hidden);
        Property.Holds(sizes, drawn =>
        {
            using var scope = new TensorScope();
            var (patches, ratio, hidden) = drawn;
            var shape = Forecasts.Shape(3 * patches, 4, 2);
            var masked = Pretraining(shape, ratio).Call(Forecasts.Draw(shape, 3).Past).Masked;
            Assert.Equal([3, 2, patches], masked.Shape);
            Assert.All(masked.Numbers(), value => Assert.True(value is 0 or 1));
            Assert.All(masked.Numbers().Chunk(patches), series => Assert.Equal(hidden, series.Sum()));
        }, runs: 30);
    }

    [Fact]
    public void HidesThePatchesOfTheLargestNumbers()
    {
        using var scope = new TensorScope();
        using var draws = new RandomDraws(Tensor.From([0.1f, 0.9f, 0.4f, 0.8f, 0.2f, 0.6f, 0.5f, 0.1f, 0.2f, 0.3f], [1, 2, 5]));
        var masked = Pretraining(s_shape, 0.4).Call(Forecasts.Draw(s_shape, 1).Past).Masked;
        Tensors.AssertClose([0, 1, 0, 1, 0, 1, 1, 0, 0, 0], masked, 0);
    }

    [Fact]
    public void TheSeedDecidesWhatIsHidden()
    {
        using var scope = new TensorScope();
        var (model, past) = (Pretraining(), Forecasts.Draw(s_shape, 8).Past);
        double[] Masked(long seed)
        {
            TorchRuntime.ManualSeed(seed);
            return model.Call(past).Masked.Numbers();
        }

        Assert.Equal(Masked(1), Masked(1));
        Assert.NotEqual(Masked(1), Masked(2));
    }

    [Fact]
    public void PatchesAreOfTheNormalisedWindow()
    {
        using var scope = new TensorScope();
        var past = Forecasts.Draw(s_shape, 2).Past;
        var patches = Pretraining().Call(past * 30 + 7).Patches;
        var centred = past - past.Mean([1], keepdim: true);
        var normalised = centred / centred.Square().Mean([1], keepdim: true).Sqrt();
        Tensors.AssertClose(normalised[.., 2..].Transpose(1, 2).Reshape([2, 2, 5, 3]), patches, 1e-4);
    }

    [Fact]
    public void NothingOfAHiddenPatchIsSeen()
    {
        using var scope = new TensorScope();
        var model = Pretraining(options: s_options with { WindowNorm = false });
        var past = Forecasts.Draw(s_shape, 1).Past;
        // The second of five patches, which are steps 5 to 7, has the largest number.
        var numbers = Tensor.From([0.1f, 0.9f, 0.4f, 0.8f, 0.2f, 0.1f, 0.9f, 0.4f, 0.8f, 0.2f], [1, 2, 5]);
        Tensor Restored()
        {
            using var draws = new RandomDraws(numbers);
            return model.Call(past).Restored;
        }

        var before = Restored();
        past[.., 5..8].MulInPlace(100);
        Tensors.AssertSame(before, Restored());
        past[.., 2..5].MulInPlace(100);
        Assert.NotEqual(before.Numbers(), Restored().Numbers());
    }

    [Fact]
    public void OnlyHiddenPatchesCount()
    {
        using var scope = new TensorScope();
        var (model, past) = (Pretraining(), Forecasts.Draw(s_shape, 3).Past);
        TorchRuntime.ManualSeed(4);
        var (patches, masked, restored) = model.Call(past);
        var hidden = masked.Numbers();
        var errors = (restored - patches).Square().Numbers().Chunk(3).Select(patch => patch.Average()).ToArray();
        TorchRuntime.ManualSeed(4);
        Assert.Equal(errors.Where((_, i) => hidden[i] == 1).Average(), model.Loss(past).Item<double>(), 1e-5);
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var model = Pretraining(options: s_options with { AffineWindowNorm = true });
        model.To(DType.Float64);
        var past = Tensors.Normal64(3, 2, 17, 2);
        var numbers = Tensors.Normal64(4, 2, 2, 5);
        // The scale and shift of the window's normalisation are kept out: in the target they are constants to the backward pass.
        var leaves = model.NamedParameters().Where(item => !item.Name.StartsWith("norm.", StringComparison.Ordinal)).Select(item => item.Parameter);
        FiniteDifferences.AssertGradients(leaves, () =>
        {
            using var draws = new RandomDraws(numbers);
            return model.Loss(past);
        }, 1e-6);
    }

    [Fact]
    public void TheBackboneIsTheForecastersOwn()
    {
        var forecaster = new PatchTst(s_shape, s_options with { AffineWindowNorm = true });
        var (own, shared) = (forecaster.StateDict(), forecaster.Pretraining(0.4).StateDict());
        Assert.Equal(own.Keys.Where(name => !TaskHead.Owns(name)), shared.Keys.Where(name => !TaskHead.Owns(name)));
        Assert.All(shared.Where(item => !TaskHead.Owns(item.Key)), item => Assert.Same(own[item.Key], item.Value));
        Assert.Equal(["head.patch.bias", "head.patch.weight"], shared.Keys.Where(TaskHead.Owns).Order());
    }

    [Fact]
    public void TheLossFalls()
    {
        var model = Pretraining();
        model.Train();
        var waves = (Functional.Arange(17 * 6, DType.Float32) * 0.7).Sin().Reshape([3, 17, 2]);
        var optimizer = new Adam(model.Parameters(), new AdamOptions { LearningRate = 0.01 });
        var losses = Enumerable.Range(0, 60).Select(_ =>
        {
            using var scope = new TensorScope();
            optimizer.ZeroGrad();
            var loss = model.Loss(waves);
            loss.Backward();
            optimizer.Step();
            return loss.Item<double>();
        }).ToArray();
        Assert.True(losses[^10..].Average() < 0.6 * losses[..10].Average(), $"from {losses[..10].Average()} to {losses[^10..].Average()}");
    }

    [Theory]
    [InlineData(0.1, 2, 3, "Patches must not overlap, or each shows what is hidden of its neighbours: "
        + "expected a stride of at least the patch length of 3, found 2.")]
    [InlineData(0.99, 3, 3, "A mask ratio of 0.99 hides 5 of 5 patches; expected some, and not all.")]
    public void WhatCannotBeHiddenIsRefused(double ratio, int stride, int length, string message) => Assert.Equal(
        message,
        Assert.Throws<UserException>(() => Pretraining(ratio: ratio, options: s_options with { Stride = stride, PatchLength = length })).Message);

    [Fact]
    public void SeasonAndTrendAreRefused() => Assert.Equal(
        "Season and trend cannot be pre-trained by hiding patches; leave decomposition out.",
        Assert.Throws<UserException>(() => Pretraining(options: s_options with { Decomposition = 5 })).Message);

    private static PatchTstPretraining Pretraining(ForecastShape? shape = null, double ratio = 0.4, PatchTstOptions? options = null)
    {
        var model = (PatchTstPretraining)new PatchTst(shape ?? s_shape, options ?? s_options).Pretraining(ratio);
        model.Eval();
        return model;
    }
}
