using Anyformer.Checkpoints;
using Anyformer.Models.Forecasting;
using Anyformer.Modules;
using Anyformer.Tasks;
using Anyformer.Tests.Models.Forecasting;

namespace Anyformer.Tests.Tasks;

public sealed class PretrainedWeightsTests : IDisposable
{
    private static readonly PatchTstOptions s_options = new() { PatchLength = 4, Stride = 4, Width = 8, Heads = 2, FeedForwardWidth = 6, Layers = 1 };

    private readonly TemporaryFolder _folder = new();

    private string File => _folder["weights.safetensors"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AllButTheHeadIsCarriedOver()
    {
        var source = Model(horizon: 5);
        Save(source);
        var target = Model(horizon: 7);
        var fresh = target.StateDict()["head.forecast.weight"].Numbers();
        PretrainedWeights.Load(target, File);
        foreach (var (name, tensor) in source.StateDict())
            if (!TaskHead.Owns(name))
                Tensors.AssertSame(tensor, target.StateDict()[name]);
        Assert.Equal(fresh, target.StateDict()["head.forecast.weight"].Numbers());
    }

    [Fact]
    public void AHeadThatFitsIsCarriedOverToo()
    {
        var (source, target) = (Model(horizon: 5), Model(horizon: 5));
        Save(source);
        PretrainedWeights.Load(target, File);
        Tensors.AssertSame(source.StateDict()["head.forecast.weight"], target.StateDict()["head.forecast.weight"]);
    }

    [Fact]
    public void TheHeadOfAnotherTaskIsLeftOut()
    {
        var (source, target) = (Model(horizon: 5), Model(horizon: 5));
        Save(source.Pretraining(0.4));
        PretrainedWeights.Load(target, File);
        Tensors.AssertSame(source.StateDict()["backbone.projection.weight"], target.StateDict()["backbone.projection.weight"]);
    }

    [Fact]
    public void WeightsOfOtherSizesAreRefused()
    {
        Save(Model(horizon: 5));
        var target = new PatchTst(Forecasts.Shape(12, 5, 2), s_options with { Layers = 2, PatchLength = 3 });
        var message = Message(target);
        var start = $"The weights {File} cannot be started from. The weights do not fit PatchTst: 23 missing (backbone.layers.1.";
        Assert.StartsWith(start, message, StringComparison.Ordinal);
        Assert.EndsWith("1 of another shape (backbone.projection.weight is [8, 4], expected [8, 3]).", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AModelWithoutAHeadMustFitWhole()
    {
        Save(Model(horizon: 5));
        Assert.Contains("4 missing (seasonal.weight", Message(new DLinear(Forecasts.Shape(12, 5, 2), new DLinearOptions())), StringComparison.Ordinal);
    }

    [Fact]
    public void WeightsMustBeThere()
    {
        Assert.Equal($"The weights '{File}' are not there: expected a safetensors file, or the folder of a run with {File}.", Message(Model(5)));
        var best = _folder["checkpoints/best.safetensors"];
        Assert.Equal($"The weights '{_folder.Path}' are not there: expected a safetensors file, or the folder of a run with {best}.",
            Assert.Throws<UserException>(() => PretrainedWeights.Load(Model(5), _folder.Path)).Message);
    }

    private static PatchTst Model(int horizon) => new(Forecasts.Shape(12, horizon, 2), s_options);

    private void Save(Module model) => Safetensors.Save(File, model.StateDict());

    private string Message(Module model) => Assert.Throws<UserException>(() => PretrainedWeights.Load(model, File)).Message;
}
