using Anyformer.FeedForward;
using Anyformer.Models.Forecasting;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoders;
using Anyformer.Models.Language.Decoding;
using Anyformer.Models.Language.Encoders;
using Anyformer.Models.Vision;
using Anyformer.Modules;
using Anyformer.Tests.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tests.Modules;

[Collection(DefaultGenerator.Name)]
public sealed class FreezingTests
{
    private static readonly LanguageShape s_text = new(60, 16);

    private static readonly Tensor s_tokens = Tensor.From(new[,] { { 5L, 9, 1, 30, 59, 2, 0, 8 }, { 7, 7, 3, 12, 40, 41, 42, 1 } }).OutliveScopes();

    [Fact]
    public void ModelsOfImagesAnswerTheSame()
    {
        var shape = new ImageShape(3, 32, 48, 7);
        var images = Tensors.Normal(1, 2, 3, 32, 48);
        AssertSame(new VisionTransformer(shape, VisionTransformerOptions.Presets["tiny"] with { Layers = 2, LayerScale = 0.5 }), model => model.Call(images));
        AssertSame(new DeiT(shape, DeiTOptions.Presets["tiny"] with { Layers = 2 }), model => model.Call(images));
    }

    [Fact]
    public void ModelsOfTextsAnswerTheSame()
    {
        AssertSame(new Gpt2(s_text, Gpt2Options.Presets["small"]), model => model.Call(s_tokens));
        AssertSame(new Llama(s_text, LlamaOptions.Presets["small"]), model => model.Call(s_tokens));
        AssertSame(new Bert(s_text, BertOptions.Presets["small"]), model => model.Call(s_tokens));
    }

    [Theory]
    [InlineData(FrozenPrecision.BFloat16)]
    [InlineData(FrozenPrecision.Int8)]
    public void NarrowTypesAnswerNearlyTheSame(FrozenPrecision precision)
    {
        using var scope = new TensorScope();
        using var inference = Autograd.InferenceMode();
        var model = new VisionTransformer(new ImageShape(3, 32, 48, 7), VisionTransformerOptions.Presets["tiny"] with { Layers = 2 });
        var images = Tensors.Normal(1, 2, 3, 32, 48);
        model.Eval();
        var expected = model.Call(images);
        model.Freeze(precision);
        Assert.NotEmpty(Frozen(model));
        var difference = (model.Call(images) - expected).Norm().Item<float>() / expected.Norm().Item<float>();
        Assert.InRange(difference, 1e-6f, 0.05f);
    }

    [Fact]
    public void AFrozenModelIsFrozenAnewInAnotherPrecision()
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        var (model, input) = (Drawn(), Tensors.Normal(1, 9, 20));
        var weights = model.StateDict().ToDictionary(item => item.Key, item => item.Value.Numbers());
        model.Freeze();
        var exact = model.Call(input);
        model.Freeze(FrozenPrecision.Int8);
        var rounded = model.Call(input);
        Assert.NotEqual(exact.Numbers(), rounded.Numbers());
        model.Freeze();
        Tensors.AssertSame(exact, model.Call(input));
        model.Freeze(FrozenPrecision.BFloat16);
        foreach (var (name, tensor) in model.StateDict())
            Assert.Equal(weights[name], tensor.Numbers());
        Assert.Empty(Frozen(model));
    }

    [Fact]
    public void AForecasterAnswersTheSame()
    {
        var model = new ITransformer(Forecasts.Shape(24, 12, 20), new ITransformerOptions());
        AssertSame(model, frozen => frozen.Call(new ForecastInput(Tensors.Normal(1, 2, 24, 20))));
    }

    [Fact]
    public void TextsAreReadOnTheSame()
    {
        using var scope = new TensorScope();
        var model = new Gpt2(s_text, Gpt2Options.Presets["small"]);
        model.Eval();
        var expected = ReadOn(model);
        model.Freeze();
        Tensors.AssertClose(expected, ReadOn(model), 1e-4);
        Assert.NotEmpty(Frozen(model));
    }

    [Fact]
    public void WhoeverAsksForWeightsGetsThemAndAnOrdinaryMap()
    {
        using var scope = new TensorScope();
        var (model, input) = (Drawn(), Tensors.Normal(1, 3, 20));
        var before = model.StateDict().ToDictionary(item => item.Key, item => item.Value.Numbers());
        model.Freeze();
        Assert.Equal(2, Frozen(model).Count);
        foreach (var (name, tensor) in model.StateDict())
            Assert.Equal(before[name], tensor.Numbers());
        Assert.Empty(Frozen(model));

        model.Freeze();
        model.Load(Drawn().StateDict());
        using var unrecorded = Autograd.NoGrad();
        Assert.NotEqual(before["hidden.weight"], model.StateDict()["hidden.weight"].Numbers());
    }

    [Fact]
    public void ARecordedCallIsAnOrdinaryOne()
    {
        using var scope = new TensorScope();
        var (model, input) = (Drawn(), Tensors.Normal(1, 3, 20));
        model.Eval();
        Tensor[] Gradients() => [.. Autograd.Grad([model.Call(input).Square().Sum()], [.. model.Parameters()], [Functional.Ones([])]).Select(gradient => gradient!)];
        var expected = Gradients();
        model.Freeze();
        foreach (var (gradient, same) in expected.Zip(Gradients()))
            Tensors.AssertSame(gradient, same);
    }

    [Fact]
    public void TypesThatKernelsDoNotKnowStayOrdinary()
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        var (model, input) = (Drawn(), Tensors.Normal64(1, 3, 20));
        model.To(DType.Float64);
        var expected = model.Call(input);
        model.Freeze();
        Tensors.AssertSame(expected, model.Call(input));
    }

    [Fact]
    public void WeightsThatTwoPartsHoldStayOrdinary()
    {
        var model = new Tied();
        model.Freeze();
        Assert.Empty(Frozen(model));
    }

    [Fact]
    public void AModelWithFoldedBatchNormsAnswersTheSameAndIsNotTrained()
    {
        using var scope = new TensorScope();
        var model = new EfficientViT(new ImageShape(3, 32, 32, 4), EfficientViTOptions.Presets["m0"]);
        model.Eval();
        var images = Tensors.Normal(1, 2, 3, 32, 32);
        var expected = model.Call(images);
        model.Freeze();
        Tensors.AssertClose(expected, model.Call(images), 1e-4);
        Assert.Equal("EfficientViT has its batch norms folded for inference and cannot be trained; build it anew and load its weights.",
            Assert.Throws<UserException>(() => model.Train()).Message);
    }

    private static PositionwiseFeedForward Drawn() => new(20, 40, Activations.Named("gelu"));

    /// <summary>The same answer frozen, with packed maps that were not asked for their weights on the way.</summary>
    private static void AssertSame<T>(T model, Func<T, Tensor> answer) where T : Module
    {
        using var scope = new TensorScope();
        using var inference = Autograd.InferenceMode();
        model.Eval();
        var expected = answer(model);
        model.Freeze();
        var frozen = Frozen(model);
        Assert.NotEmpty(frozen);
        Tensors.AssertClose(expected, answer(model), 1e-4);
        Assert.Equal(frozen, Frozen(model));
    }

    private static IReadOnlyList<string> Frozen(Module model) => [.. model.Modules().Where(item => item.Module is Linear { IsFrozen: true }).Select(item => item.Path)];

    private static Tensor ReadOn(LanguageModel model)
    {
        using var scope = new TensorScope();
        using var reading = TextReading.Of(model);
        Tensor[] scores = [reading.Read(s_tokens[.., ..3]), .. Enumerable.Range(3, 5).Select(i => reading.Read(s_tokens[.., i..(i + 1)]))];
        return scope.Keep(Functional.Cat(scores, 0));
    }

    private sealed class Tied : Module
    {
        public Tied() => Other = Map.Weight;

        public Linear Map { get; } = new(20, 20, bias: false);

        public Parameter Other { get; }
    }
}
