using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Tests.Modules;

public sealed class ModuleTests
{
    [Fact]
    public void LoadingCopiesIntoTheSameTensors()
    {
        var (from, to) = (new Linear(3, 2), new Linear(3, 2));
        var weight = to.Weight;
        to.Load(from.StateDict());
        Assert.Same(weight, to.StateDict()["weight"]);
        Tensors.AssertSame(from.Weight, to.Weight);
        from.Weight.Detach().FillInPlace(7);
        Assert.DoesNotContain(7, to.Weight.Numbers());
        Assert.True(to.Weight.RequiresGrad && to.Weight.IsLeaf);
    }

    [Fact]
    public void LoadingConvertsElementTypes()
    {
        var module = new Linear(2, 1);
        module.Load(new Dictionary<string, Tensor> { ["weight"] = Tensor.From(new[,] { { 0.5, -2 } }), ["bias"] = Tensor.From([3L]) });
        Assert.Equal((DType.Float32, DType.Float32), (module.Weight.DType, module.Bias!.DType));
        Assert.Equal([0.5, -2, 3], [.. module.Weight.Numbers(), .. module.Bias.Numbers()]);
    }

    [Fact]
    public void WhatDoesNotFitIsNamedAndNothingIsCopied()
    {
        var module = new Sequential(new Linear(3, 2), new LayerNorm(2));
        var before = module.StateDict().ToDictionary(item => item.Key, item => item.Value.Numbers());
        var message = Assert.Throws<UserException>(() => module.Load(new Dictionary<string, Tensor>
        {
            ["0.weight"] = Functional.Ones([2, 4]),
            ["1.weight"] = Functional.Full([2], 9),
            ["1.bias"] = Functional.Full([2], 9),
            ["head.weight"] = Functional.Ones([1]),
        })).Message;
        Assert.Equal("The weights do not fit Sequential: 1 missing (0.bias), 1 unexpected (head.weight), "
            + "1 of another shape (0.weight is [2, 4], expected [2, 3]).", message);
        Assert.All(module.StateDict(), item => Assert.Equal(before[item.Key], item.Value.Numbers()));
    }

    [Fact]
    public void OfManyNamesTheFirstTenAreTold()
    {
        var module = new Sequential(Enumerable.Range(0, 12).Select(_ => new Linear(1, 1, bias: false)));
        var message = Assert.Throws<UserException>(() => module.Load(new Dictionary<string, Tensor>())).Message;
        Assert.Equal("The weights do not fit Sequential: 12 missing (" + string.Join(", ", Enumerable.Range(0, 10).Select(i => $"{i}.weight"))
            + " and 2 more).", message);
    }

    [Fact]
    public void LooseLoadingTakesWhatFitsByNameAndStillRefusesAnotherShape()
    {
        var module = new Linear(2, 1);
        module.Load(new Dictionary<string, Tensor> { ["bias"] = Tensor.From([4f]), ["other"] = Tensor.From([5f]) }, strict: false);
        Assert.Equal([4.0], module.Bias!.Numbers());
        var scalar = new Dictionary<string, Tensor> { ["bias"] = Tensor.From(4f) };
        var message = Assert.Throws<UserException>(() => module.Load(scalar, strict: false)).Message;
        Assert.Equal("The weights do not fit Linear: 1 of another shape (bias is [], expected [1]).", message);
    }

    [Fact]
    public void ConvertingKeepsIdentityValuesAndGradients()
    {
        var module = new BatchNorm(2);
        var (weight, buffer) = (module.Weight, module.RunningMean);
        using (new TensorScope())
            module.Call(Tensors.Normal(1, 4, 2)).Square().Sum().Backward();
        var gradient = module.Weight.Grad!.Numbers();

        module.To(DType.Float64);
        Assert.Same(weight, module.StateDict()["weight"]);
        Assert.Same(buffer, module.StateDict()["running_mean"]);
        Assert.Equal((DType.Float64, DType.Float64, DType.Int64), (weight.DType, buffer.DType, module.NumBatchesTracked.DType));
        Assert.Equal(DType.Float64, weight.Grad!.DType);
        Assert.Equal(gradient, weight.Grad.Numbers());
        Assert.True(weight.RequiresGrad && weight.IsLeaf);

        using (new TensorScope())
            module.Call(Tensors.Normal64(2, 4, 2)).Square().Sum().Backward();
        Assert.NotEqual(gradient, weight.Grad.Numbers());
    }

    [Fact]
    public void MovingToTheSameDeviceChangesNothing()
    {
        var module = new Linear(3, 2);
        var (weight, values) = (module.Weight, module.Weight.Numbers());
        module.To(Device.Cpu);
        Assert.Same(weight, module.Weight);
        Assert.Equal(values, module.Weight.Numbers());
    }

    [Fact]
    public void TrainAndEvalReachEveryModule()
    {
        var module = new Sequential(new Dropout(0.5), new Sequential(new Dropout(0.5), new BatchNorm(1)));
        Assert.All(module.Modules(), item => Assert.True(item.Module.IsTraining));
        module.Eval();
        Assert.All(module.Modules(), item => Assert.False(item.Module.IsTraining));
        module.Train();
        Assert.All(module.Modules(), item => Assert.True(item.Module.IsTraining));
    }

    [Theory]
    [InlineData(3, 4, true, 16)]
    [InlineData(3, 4, false, 12)]
    [InlineData(0, 4, false, 0)]
    public void ParametersAreCounted(long inputs, long outputs, bool bias, long expected) =>
        Assert.Equal(expected, new Linear(inputs, outputs, bias).ParameterCount());

    [Fact]
    public void ACallLeavesItsResultAlone()
    {
        var module = new Sequential(new Linear(3, 3), new Linear(3, 3));
        using var scope = new TensorScope();
        var input = Tensors.Normal(1, 2, 3);
        var output = module.Call(input);
        output.Sum().Backward();
        Assert.Equal([2L, 3], output.Shape);
        Assert.All(module.Parameters(), parameter => Assert.NotNull(parameter.Grad));
    }
}
