using Anyformer.Modules;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tests.Training;

public sealed class WeightAverageTests
{
    private readonly Linear _model = new(1, 1, bias: false);
    private readonly WeightAverage _average;

    public WeightAverageTests()
    {
        Set(8);
        _average = new WeightAverage(_model, 0.75);
    }

    [Fact]
    public void MovesTowardsTheParameters()
    {
        Set(0);
        _average.Update();
        Assert.Equal([6.0], Average());
        Set(2);
        _average.Update();
        Assert.Equal([5.0], Average());
        Assert.Equal([2.0], _model.Weight.Numbers());
    }

    [Fact]
    public void SwapsInAndOut()
    {
        Set(0);
        _average.Update();
        _average.Swap();
        Assert.Equal([6.0, 0.0], [.. _model.Weight.Numbers(), .. Average()]);
        _average.Swap();
        Assert.Equal([0.0, 6.0], [.. _model.Weight.Numbers(), .. Average()]);
        Assert.True(_model.Weight.RequiresGrad && _model.Weight.IsLeaf);
    }

    [Fact]
    public void IsSavedAndPutBack()
    {
        var other = new WeightAverage(_model, 0.75);
        other.Load(new Dictionary<string, Tensor> { ["weight"] = Tensor.From(new[,] { { -3f } }) });
        Assert.Equal([-3.0], other.StateDict()["weight"].Numbers());
        Assert.Equal("The saved moving average has no entry 'weight'.",
            Assert.Throws<UserException>(() => other.Load(new Dictionary<string, Tensor>())).Message);
    }

    private double[] Average() => _average.StateDict()["weight"].Numbers();

    private void Set(float value) => _model.Load(new Dictionary<string, Tensor> { ["weight"] = Tensor.From(new[,] { { value } }) });
}
