using Anyformer.Catalog;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Models.Forecasting;

/// <summary>What holds for every forecaster of the catalog.</summary>
[Collection(DefaultGenerator.Name)]
public sealed class ForecasterTests
{
    private static readonly Gen<(ForecastShape Shape, int Batch)> s_shapes =
        from sizes in Gen.Choose(1, 31).Two()
        from label in Gen.Choose(0, sizes.Item1)
        from variates in Gen.Choose(1, 6)
        from marks in Gen.Elements(0, 3, 4)
        from season in Gen.Choose(1, 40)
        from batch in Gen.Choose(1, 4)
        select (new ForecastShape(sizes.Item1, sizes.Item2, label, variates, marks, season, false), batch);

    public static TheoryData<string> Ids => [.. MethodCatalog.OfRole<Forecaster>().Select(entry => entry.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void AnyLookbackHorizonAndVariatesFit(string id) => Property.Holds(s_shapes, drawn =>
    {
        using var scope = new TensorScope();
        var output = Build(id, drawn.Shape).Call(Forecasts.Draw(drawn.Shape, drawn.Batch));
        Assert.Equal([drawn.Batch, drawn.Shape.Horizon, drawn.Shape.Variates], output.Shape);
        Assert.All(output.Numbers(), value => Assert.True(double.IsFinite(value)));
    }, runs: 12);

    [Theory]
    [MemberData(nameof(Ids))]
    public void WindowsOfABatchDoNotSeeEachOther(string id)
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(11, 5, 3, label: 4);
        var (model, input) = (Build(id, shape), Forecasts.Draw(shape, 4));
        Tensors.AssertClose(Answer(model, new ForecastInput(input.Past[2..3])), Answer(model, input)[2..3], 1e-5);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void GradientsAreSlopes(string id)
    {
        var shape = Forecasts.Shape(7, 3, 2, label: 2, marks: 4);
        var model = Build(id, shape);
        model.To(DType.Float64);
        var input = Forecasts.Draw(shape, 2);
        input = new ForecastInput(Tensors.Normal64(5, 2, 7, 2), input.PastMarks!.To(DType.Float64), input.FutureMarks!.To(DType.Float64));
        // Kept out of the leaves: iTransformer holds the window's mean constant on the way back, as published.
        if (model.Parameters().Any())
            FiniteDifferences.AssertGradients(model.Parameters(), () => Answer(model, input).Square().Sum(), 1e-6);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void HalfPrecisionTrains(string id)
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(24, 12, 3, label: 8, marks: 4);
        var (model, input) = (Build(id, shape), Forecasts.Draw(shape, 4));
        model.Train();
        using var autocast = new Autocast(Device.Cpu, DType.BFloat16);
        var forecast = model.Call(input);
        Assert.All(forecast.Numbers(), value => Assert.True(double.IsFinite(value)));
        if (model.Parameters().Any())
            forecast.To(DType.Float32).Square().Mean().Backward();
        Assert.All(model.Parameters(), parameter => Assert.All(parameter.Grad!.Numbers(), slope => Assert.True(double.IsFinite(slope))));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void TheAnswerOfEvaluationRepeats(string id)
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(9, 4, 2);
        var (model, input) = (Build(id, shape), Forecasts.Draw(shape, 2));
        Tensors.AssertSame(Answer(model, input), Answer(model, input));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void WhatIsSaidOfTheMarksOfTheHorizonIsTrue(string id)
    {
        using var scope = new TensorScope();
        var shape = Forecasts.Shape(8, 4, 2, label: 3, marks: 4);
        var (model, input) = (Build(id, shape), Forecasts.Draw(shape, 2));
        var moved = input with { FutureMarks = Functional.Cat([input.FutureMarks![.., ..3], input.FutureMarks[.., 3..] + 0.1], 1) };
        Assert.Equal(model.ReadsFutureMarks, !Answer(model, input).Equal(Answer(model, moved)));
    }

    /// <summary>Some models draw at random in evaluation too.</summary>
    private static Tensor Answer(Forecaster model, ForecastInput input)
    {
        TorchRuntime.ManualSeed(1);
        return model.Call(input);
    }

    /// <summary>A small model of the id, in evaluation mode.</summary>
    private static Forecaster Build(string id, ForecastShape shape)
    {
        var entry = MethodCatalog.Get<Forecaster>(id);
        object options = id switch
        {
            "crossformer" => new CrossformerOptions { SegmentLength = 4, Routers = 2, Width = 8, Heads = 2, Layers = 2, FeedForwardWidth = 6 },
            "itransformer" => new ITransformerOptions { Width = 8, Heads = 2, FeedForwardWidth = 6 },
            "patchtst" => new PatchTstOptions { PatchLength = 2, Stride = 1, Width = 8, Heads = 2, FeedForwardWidth = 6, Layers = 2 },
            "pathformer" => new PathformerOptions { FeedForwardWidth = 6, PatchSizes = [Divisors(shape.Lookback)], ChosenExperts = 1 },
            "ts-transformer" => new TimeSeriesTransformerOptions { Width = 8, Heads = 2, FeedForwardWidth = 6, EncoderLayers = 1 },
            "informer" => new InformerOptions { Width = 8, Heads = 2, FeedForwardWidth = 6 },
            "autoformer-ts" => new AutoformerOptions { Width = 8, Heads = 2, FeedForwardWidth = 6, EncoderLayers = 1, MovingAverage = 5 },
            _ => entry.BindOptions(new ModelSection { Id = id }),
        };
        var model = entry.Build<Forecaster>(shape, options);
        model.Eval();
        return model;
    }

    private static ValueList<int> Divisors(int number) => new(Enumerable.Range(1, number).Where(divisor => number % divisor == 0));
}
