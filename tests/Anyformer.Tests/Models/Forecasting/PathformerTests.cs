using Anyformer.Models.Forecasting;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Forecasting;

public sealed class PathformerTests
{
    private static readonly PathformerOptions s_small = new() { FeedForwardWidth = 6, PatchSizes = [[6, 3, 2], [4, 12]], ChosenExperts = 2 };

    [Theory]
    [InlineData(0.1f)]
    [InlineData(1000f)]
    public void NothingOverflows(float scale)
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(12, 4, 2);
        var model = Model(shape, s_small with { WindowNorm = false });
        var input = Forecasts.Draw(shape, 3);
        var output = model.Call(new ForecastInput(input.Past * scale));
        output.Sum().Backward();
        Assert.All(output.Numbers(), value => Assert.True(double.IsFinite(value)));
        Assert.All(model.Parameters().Where(parameter => parameter.Grad is not null),
            parameter => Assert.True(parameter.Grad!.IsFinite().All().Item<bool>()));
    }

    [Fact]
    public void WhileTrainingGradientsAreSlopes()
    {
        var shape = Forecasts.Shape(12, 3, 2);
        var model = new Pathformer(shape, new PathformerOptions
        {
            FeedForwardWidth = 6,
            PatchSizes = [[6, 4]],
            ChosenExperts = 1,
            BatchNorm = true,
            Dropout = 0,
            FeedForwardDropout = 0,
        });
        model.To(DType.Float64);
        var (past, noise) = (Tensors.Normal64(5, 3, 12, 2), Tensors.Normal64(6, 3, 2));
        FiniteDifferences.AssertGradients(model.Parameters(), () =>
        {
            using var draws = new RandomDraws(noise);
            using var auxiliary = new AuxiliaryLoss();
            var forecast = model.Call(new ForecastInput(past));
            Assert.Single(auxiliary.Terms);
            return auxiliary.AddTo(forecast.Square().Sum());
        }, 1e-5);
    }

    [Fact]
    public void ALayerMayLeaveAnExpertWithoutSamples()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(12, 3, 2);
        var model = new Pathformer(shape, s_small with { BatchNorm = true, ChosenExperts = 1 });
        using (Autograd.NoGrad())
            model.StateDict()["layers.0.router.scores.bias"].CopyInPlace(Tensor.From([100f, 0, 0]));
        var output = model.Call(Forecasts.Draw(shape, 3));
        output.Sum().Backward();
        var gradients = model.NamedParameters().ToDictionary(item => item.Name, item => item.Parameter.Grad?.Abs().Sum().Item<double>() ?? 0);
        Assert.True(gradients["layers.0.experts.0.inter_patch.positions"] > 0);
        Assert.Equal(0, gradients["layers.0.experts.1.inter_patch.positions"]);
        Assert.All(output.Numbers(), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void ExpertsNotChosenDoNotMatter()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(12, 3, 2);
        var model = Model(shape, s_small with { PatchSizes = [[6, 3, 2]], ChosenExperts = 1 });
        var input = Forecasts.Draw(shape, 1);
        // What is recorded and what is not may go through other kernels, whose last bits differ.
        using var noGrad = Autograd.NoGrad();
        var before = model.Call(input).Numbers();
        var changed = Enumerable.Range(0, 3).Count(expert =>
        {
            model.StateDict()[$"layers.0.experts.{expert}.feed_forward.output.bias"].AddInPlace(1);
            var after = model.Call(input).Numbers();
            var differs = !before.SequenceEqual(after);
            before = after;
            return differs;
        });
        Assert.Equal(1, changed);
    }

    [Fact]
    public void ASingleExpertPassesItsOutputOn()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(12, 3, 2);
        var (one, twin) = (Model(shape, s_small with { PatchSizes = [[4]], ChosenExperts = 1 }), Model(shape, s_small with { PatchSizes = [[4, 4]] }));
        var weights = one.StateDict().ToDictionary();
        foreach (var (name, tensor) in one.StateDict())
        {
            weights[name.Replace("experts.0.", "experts.1.", StringComparison.Ordinal)] = tensor;
            if (name.Contains("router.scores", StringComparison.Ordinal) || name.Contains("router.noise", StringComparison.Ordinal))
                weights[name] = Functional.Cat([tensor, tensor]);
        }

        twin.Load(weights);
        var input = Forecasts.Draw(shape, 3);
        // Halves of the same in the logarithm: log(e^x / 2 + e^x / 2) = x.
        Tensors.AssertClose(one.Call(input), twin.Call(input), 1e-5);
    }

    [Fact]
    public void TheResidualIsAdded()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(12, 3, 2);
        var options = s_small with { PatchSizes = [[4, 3]], WindowNorm = false };
        var (with, without) = (Model(shape, options), Model(shape, options with { Residual = false }));
        without.Load(with.StateDict());
        var input = Forecasts.Draw(shape, 2);
        var state = with.StateDict();
        var embedded = input.Past.Transpose(1, 2).Unsqueeze(-1) * state["embedding.weight"].T() + state["embedding.bias"];
        var added = embedded.Flatten(2).MatMul(state["head.weight"].T()).Transpose(1, 2);
        Tensors.AssertClose(without.Call(input) + added, with.Call(input), 1e-5);
    }

    [Fact]
    public void WindowNormCarriesScaleAndOffsetOver()
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(12, 3, 2);
        var (model, input) = (Model(shape, s_small), Forecasts.Draw(shape, 2));
        Tensors.AssertClose(model.Call(input) * 50 + 7, model.Call(new ForecastInput(input.Past * 50 + 7)), 1e-2);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(24)]
    [InlineData(0)]
    [InlineData(-3)]
    public void PatchSizesDivideTheLookback(int size) => Assert.Equal(
        $"A patch size of pathformer must divide the look-back of 12 steps, found {size}.",
        Assert.Throws<UserException>(() => new Pathformer(Forecasts.Shape(12, 3, 2), s_small with { PatchSizes = [[4, 3], [6, size]] })).Message);

    [Fact]
    public void ThereAreLayers() => Assert.Equal(
        "The patch sizes of pathformer must be given for at least one layer, found none.",
        Assert.Throws<UserException>(() => new Pathformer(Forecasts.Shape(12, 3, 2), s_small with { PatchSizes = [] })).Message);

    [Fact]
    public void EveryLayerHasEnoughExperts() => Assert.Equal(
        "A router must choose at least one of its experts and at most all, found 2 of 1.",
        Assert.Throws<UserException>(() => new Pathformer(Forecasts.Shape(12, 3, 2), s_small with { PatchSizes = [[4, 3], [6]] })).Message);

    private static Pathformer Model(ForecastShape shape, PathformerOptions options)
    {
        var model = new Pathformer(shape, options);
        model.Eval();
        return model;
    }
}
