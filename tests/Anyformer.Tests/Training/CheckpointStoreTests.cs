using Anyformer.Checkpoints;
using Anyformer.Modules;
using Anyformer.Torch;
using Anyformer.Training;
using Anyformer.Training.Optimizers;

namespace Anyformer.Tests.Training;

[Collection(DefaultGenerator.Name)]
public sealed class CheckpointStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CheckpointStore _store;
    private readonly Linear _model = new(3, 2);
    private readonly Adam _optimizer;
    private readonly WeightAverage _average;

    public CheckpointStoreTests()
    {
        _store = new CheckpointStore(_folder["made/when/needed"]);
        _optimizer = new Adam(_model.Parameters(), new AdamOptions());
        _average = new WeightAverage(_model, 0.9);
        _model.Call(Tensors.Normal(1, 4, 3)).Square().Sum().Backward();
        _optimizer.Step();
        _store.SaveLast(_model, _optimizer, _average, new TrainingState { Epoch = 2, Step = 7, EarlyStopping = new EarlyStoppingState(0.5, 1) });
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EverythingIsPutBack()
    {
        var expected = Functional.Rand([5]).Numbers();
        var model = new Linear(3, 2);
        var optimizer = new Adam(model.Parameters(), new AdamOptions());
        var average = new WeightAverage(model, 0.9);
        _store.SaveLast(_model, _optimizer, _average, new TrainingState());
        _ = Functional.Rand([100]);
        _store.LoadLast(model, optimizer, average);
        Assert.NotEqual(expected, Functional.Rand([5]).Numbers());

        var state = Assert.IsType<TrainingState>(_store.LoadLast(model, optimizer, average));
        Assert.Equal(new TrainingState(), state);
        Assert.Equal(1, optimizer.StepCount);
        AssertSame(_model.StateDict(), model.StateDict());
        AssertSame(_optimizer.StateDict(), optimizer.StateDict());
        AssertSame(_average.StateDict(), average.StateDict());
    }

    [Fact]
    public void TheGeneratorIsPutBack()
    {
        TorchRuntime.ManualSeed(12);
        _ = Functional.Rand([3]);
        _store.SaveLast(_model, _optimizer, null, new TrainingState());
        var expected = Functional.Rand([5]).Numbers();
        TorchRuntime.ManualSeed(13);
        _store.LoadLast(_model, _optimizer, null);
        Assert.Equal(expected, Functional.Rand([5]).Numbers());
    }

    [Fact]
    public void TheStateIsPutBack() => Assert.Equal(
        new TrainingState { Epoch = 2, Step = 7, EarlyStopping = new EarlyStoppingState(0.5, 1) },
            _store.LoadLast(_model, _optimizer, _average));

    [Fact]
    public void NothingToResumeFromIsNoMistake() =>
        Assert.Null(new CheckpointStore(_folder["none"]).LoadLast(_model, _optimizer, null));

    [Fact]
    public void FilesAreReplacedWholeAndNothingElseIsLeft()
    {
        _store.SaveBest(_model, new Dictionary<string, string> { ["a"] = "1" });
        using var scope = new TensorScope();
        var old = Safetensors.Load(_store.BestPath)["bias"];
        var before = old.Numbers();
        _model.Load(new Dictionary<string, Tensor> { ["bias"] = Tensor.From([8f, 9]) }, strict: false);
        _store.SaveBest(_model, new Dictionary<string, string> { ["a"] = "2" });
        Assert.Equal(before, old.Numbers());
        Assert.Equal([8.0, 9], Safetensors.Load(_store.BestPath, out var metadata)["bias"].Numbers());
        Assert.Equal("2", metadata["a"]);
        Assert.Equal([_store.BestPath, _store.LastPath], Directory.GetFiles(Path.GetDirectoryName(_store.LastPath)!).Order());
    }

    [Fact]
    public void ADamagedFileIsNamed()
    {
        var bytes = File.ReadAllBytes(_store.LastPath);
        foreach (var length in new[] { 3, 200, bytes.Length - 1 })
        {
            File.WriteAllBytes(_store.LastPath, bytes[..length]);
            Assert.StartsWith($"'{_store.LastPath}' cannot be read as a safetensors file: ", Refusal());
        }
    }

    [Fact]
    public void AnotherFileIsRefused()
    {
        Safetensors.Save(_store.LastPath, _model.StateDict(), new Dictionary<string, string> { ["task"] = "x" });
        Assert.Equal($"The training cannot go on from {_store.LastPath}: It is no checkpoint of a training run, its metadata has no 'training-state'.", Refusal());
    }

    [Fact]
    public void ACheckpointOfAnotherTrainingIsRefused()
    {
        var narrow = new Linear(2, 2);
        Assert.Equal(
            $"The training cannot go on from {_store.LastPath}: The weights do not fit Linear: 1 of another shape (weight is [2, 3], expected [2, 2]).",
            Refusal(narrow, new Adam(narrow.Parameters(), new AdamOptions())));
        Assert.Equal(
            $"The training cannot go on from {_store.LastPath}: The optimiser's state has an entry 'mean.0', which Sgd of 2 parameters does not keep.",
            Refusal(_model, new Sgd(_model.Parameters(), new SgdOptions { Momentum = 0.9 })));
        _store.SaveLast(_model, _optimizer, null, new TrainingState());
        Assert.Equal($"The training cannot go on from {_store.LastPath}: The saved moving average has no entry 'weight'.", Refusal());
    }

    [Theory]
    [InlineData("{\"Epoch\": \"many\"}")]
    [InlineData("{")]
    [InlineData("null")]
    public void AStateThatCannotBeReadIsRefused(string state)
    {
        Edit(_ => { }, state);
        Assert.StartsWith($"The training cannot go on from {_store.LastPath}: ", Refusal());
    }

    [Fact]
    public void ADamagedGeneratorIsRefused()
    {
        Edit(tensors => tensors.Remove("generator"));
        Assert.Equal($"The training cannot go on from {_store.LastPath}: It holds no state of the random generator under 'generator'.",
            Refusal());
        Edit(tensors => tensors["generator"] = Functional.Ones([8], DType.Float32));
        Assert.EndsWith("It holds no state of the random generator under 'generator'.", Refusal());
        Edit(tensors => tensors["generator"] = Functional.Ones([8], DType.UInt8));
        Assert.StartsWith($"The training cannot go on from {_store.LastPath}: ", Refusal());
    }

    private void Edit(Action<Dictionary<string, Tensor>> edit, string? state = null)
    {
        using var scope = new TensorScope();
        var tensors = Safetensors.Load(_store.LastPath, out var metadata).ToDictionary();
        edit(tensors);
        Safetensors.Save(_store.LastPath, tensors, new Dictionary<string, string> { ["training-state"] = state ?? metadata["training-state"] });
    }

    private string Refusal() => Refusal(_model, _optimizer);

    private string Refusal(Module model, Optimizer optimizer) =>
        Assert.Throws<UserException>(() => _store.LoadLast(model, optimizer, _average)).Message;

    private static void AssertSame(IReadOnlyDictionary<string, Tensor> expected, IReadOnlyDictionary<string, Tensor> actual)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        foreach (var (name, tensor) in expected)
            Tensors.AssertSame(tensor, actual[name]);
    }
}
