using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Modules;

/// <summary>Against what PyTorch's <c>BatchNorm1d</c> computes.</summary>
public sealed class BatchNormTests
{
    private readonly BatchNorm _module = new(2);

    public BatchNormTests()
    {
        _module.Load(new Dictionary<string, Tensor> { ["weight"] = Tensor.From([1.5f, -2]), ["bias"] = Tensor.From([0.25f, 1]) }, strict: false);
        _module.Call(Input(1));
        _module.Call(Input(2));
    }

    [Fact]
    public void TrainingTakesTheStatisticsOfTheBatch() => Tensors.AssertClose(
        [
            0.07234825, 1.77359474, -1.79454684, 0.51713514, -1.45771956, -1.86635983,
            1.78265572, -1.03526604, 2.0725863, 0.90555006, 2.57893538, 3.95108652,
        ],
        _module.Call(Input(1)), 1e-6);

    [Fact]
    public void NarrowInputIsNormalisedInThePrecisionOfTheWeights()
    {
        using var scope = new TensorScope();
        _module.Eval();
        var narrow = Input(3).To(DType.BFloat16);
        Tensors.AssertSame(_module.Call(narrow.To(DType.Float32)), _module.Call(narrow));
    }

    [Fact]
    public void TrainingOnOneValueOfAChannelIsRefused() => Assert.Equal(
        "Batch normalisation trains on more than one value of a channel, found an input of [1, 2, 1].",
        Assert.Throws<UserException>(() => _module.Call(Tensors.Normal(1, 1, 2, 1))).Message);

    [Fact]
    public void TrainingMovesTheRunningStatistics()
    {
        Tensors.AssertClose([0.02548234537243843, -0.0056077707558870316], _module.RunningMean, 1e-7);
        Tensors.AssertClose([1.133664846420288, 1.0697133541107178], _module.RunningVar, 1e-7);
        Assert.Equal(2, _module.NumBatchesTracked.Item<long>());
    }

    [Fact]
    public void EvaluationTakesTheRunningStatisticsAndLeavesThem()
    {
        _module.Eval();
        var before = _module.RunningMean.Numbers();
        Tensors.AssertClose(
            [
                0.21410066, 1.39955854, -0.7691731, 0.71626914, -0.85207695, -1.13682461,
                1.5294683, -0.28127393, 1.60790098, 0.79469007, 2.04114223, 2.92286015,
            ],
            _module.Call(Input(1)), 1e-6);
        Assert.Equal(before, _module.RunningMean.Numbers());
        Assert.Equal(2, _module.NumBatchesTracked.Item<long>());
    }

    [Fact]
    public void ItIsSavedWithItsStatistics() =>
        Assert.Equal(["weight", "bias", "running_mean", "running_var", "num_batches_tracked"], _module.StateDict().Keys);

    private static Tensor Input(int factor) => Functional.Arange(12, DType.Float32).Reshape([3, 2, 2]).Sin() * factor;
}
