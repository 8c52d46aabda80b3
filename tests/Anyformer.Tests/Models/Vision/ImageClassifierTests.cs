using Anyformer.Catalog;
using Anyformer.Checkpoints;
using Anyformer.Models.Vision;
using Anyformer.Models.Vision.Flatten;
using Anyformer.Recipes;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Models.Vision;

/// <summary>What holds for every image classifier of the catalog.</summary>
[Collection(DefaultGenerator.Name)]
public sealed class ImageClassifierTests
{
    private static readonly ImageShape s_shape = new(3, 17, 22, 4);

    private static readonly Gen<(ImageShape Shape, int Batch)> s_shapes =
        from sides in Gen.Choose(5, 40).Two()
        from channels in Gen.Elements(1, 3)
        from classes in Gen.Choose(1, 5)
        from batch in Gen.Choose(1, 3)
        select (new ImageShape(channels, sides.Item1, sides.Item2, classes), batch);

    public static TheoryData<string> Ids => [.. MethodCatalog.OfRole<ImageClassifier>().Select(entry => entry.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void AnySizeOfImagesFits(string id) => Property.Holds(s_shapes, drawn =>
    {
        using var scope = new TensorScope();
        var scores = Build(id, drawn.Shape).Call(Images(drawn.Shape, drawn.Batch));
        Assert.Equal([drawn.Batch, drawn.Shape.Classes], scores.Shape);
        Assert.All(scores.Numbers(), score => Assert.True(double.IsFinite(score)));
    }, runs: 10);

    [Theory]
    [MemberData(nameof(Ids))]
    public void TheSmallPresetFitsSmallImages(string id)
    {
        using var scope = new TensorScope();
        var entry = MethodCatalog.Get<ImageClassifier>(id);
        foreach (var shape in new[] { new ImageShape(1, 28, 28, 10), new ImageShape(3, 32, 32, 10) })
        {
            var model = entry.Build<ImageClassifier>(shape, entry.Presets["small-images"]);
            Assert.Equal([2L, 10], model.Call(Images(shape, 2)).Shape);
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void TheAnswerOfEvaluationRepeats(string id)
    {
        using var scope = new TensorScope();
        var (model, images) = (Build(id, s_shape), Images(s_shape, 2));
        Tensors.AssertSame(model.Call(images), model.Call(images));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void ImagesOfABatchDoNotSeeEachOther(string id)
    {
        using var scope = new TensorScope();
        var (model, images) = (Build(id, s_shape), Images(s_shape, 3));
        Tensors.AssertClose(model.Call(images[1..2]), model.Call(images)[1..2]);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void ImagesOfOtherChannelsAreRefused(string id)
    {
        using var scope = new TensorScope();
        var model = Build(id, s_shape);
        Assert.Equal("Images must be (batch, 3 channels, height, width), found [2, 1, 17, 22].",
            Assert.Throws<UserException>(() => model.Call(Images(s_shape with { Channels = 1 }, 2))).Message);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void AGradientReachesEveryParameter(string id)
    {
        using var scope = new TensorScope();
        var model = Build(id, s_shape);
        model.Train();
        Loss(model, Images(s_shape, 4)).Backward();
        var untouched = model.NamedParameters().Where(item => item.Parameter.Grad is null).Select(item => item.Name);
        Assert.True(!untouched.Any(), $"no gradient reaches {string.Join(", ", untouched)}");
        Assert.All(model.Parameters(), parameter => Assert.All(parameter.Grad!.Numbers(), slope => Assert.True(double.IsFinite(slope))));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void AStepDownTheGradientLowersTheLoss(string id)
    {
        using var scope = new TensorScope();
        var (model, images) = (Build(id, s_shape), Images(s_shape, 4));
        model.Train();
        var before = Loss(model, images);
        before.Backward();
        Descend(model, length: 0.01);
        var (from, to) = (before.Item<double>(), Loss(model, images).Item<double>());
        Assert.True(to < from, $"the loss went from {from} to {to}");
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void ASavedModelAnswersTheSame(string id)
    {
        using var scope = new TensorScope();
        using var folder = new TemporaryFolder();
        var (model, images) = (Build(id, s_shape), Images(s_shape, 4));
        model.Train();
        Loss(model, images).Backward();
        Descend(model, length: 1);
        model.Eval();
        Safetensors.Save(folder["model.safetensors"], model.StateDict());
        var other = Build(id, s_shape);
        other.Load(Safetensors.Load(folder["model.safetensors"]));
        Tensors.AssertSame(model.Call(images), other.Call(images));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void HalfPrecisionTrains(string id)
    {
        using var scope = new TensorScope();
        var model = Build(id, s_shape);
        model.Train();
        using var autocast = new Autocast(Device.Cpu, DType.BFloat16);
        Loss(model, Images(s_shape, 4)).Backward();
        Assert.All(model.Parameters(), parameter => Assert.All(parameter.Grad!.Numbers(), slope => Assert.True(double.IsFinite(slope))));
    }

    /// <summary>One step of a length against the gradient of all parameters together.</summary>
    private static void Descend(ImageClassifier model, double length)
    {
        using var noGrad = Autograd.NoGrad();
        var norm = Math.Sqrt(model.Parameters().Sum(parameter => parameter.Grad!.Square().Sum().Item<double>()));
        foreach (var parameter in model.Parameters())
            parameter.SubInPlace(parameter.Grad! * (length / norm));
    }

    private static Tensor Loss(ImageClassifier model, Tensor images)
    {
        TorchRuntime.ManualSeed(1);
        return model.Call(images).To(DType.Float32).CrossEntropyLoss(Functional.Arange(images.Size(0), DType.Int64));
    }

    private static Tensor Images(ImageShape shape, int batch) => Tensors.Normal(5, batch, shape.Channels, shape.Height, shape.Width);

    /// <summary>A tiny model of the id, in evaluation mode.</summary>
    private static ImageClassifier Build(string id, ImageShape shape)
    {
        TorchRuntime.ManualSeed(3);
        var entry = MethodCatalog.Get<ImageClassifier>(id);
        object options = id switch
        {
            "vit" => new VisionTransformerOptions { Patch = 4, Width = 8, Layers = 2, Heads = 2, HiddenWidth = 12 },
            "deit" => new DeiTOptions { Patch = 4, Width = 8, Layers = 2, Heads = 2, HiddenWidth = 12 },
            "efficientvit" => new EfficientViTOptions
            {
                PatchSize = 4,
                Widths = [8, 12],
                Depths = [1, 1],
                Heads = [2, 3],
                KeyWidths = [3, 4],
                Windows = [3, 7],
            },
            "flatten-swin" => new FlattenSwinOptions
            {
                Patch = 2,
                Width = 8,
                Depths = [2, 2],
                LinearBlocks = [1, 0],
                Heads = [2, 2],
                Window = 4,
                SoftmaxWindow = 3,
                HiddenRatio = 2,
                DropPath = 0,
            },
            "flatten-pvt" => new FlattenPvtOptions
            {
                Patch = 3,
                Widths = [8, 12],
                Depths = [2, 1],
                LinearBlocks = [1, 1],
                Heads = [2, 3],
                HiddenRatios = [2, 2],
                Reductions = [2, 1],
                LinearReductions = [1, 2],
                DropPath = 0,
            },
            "flatten-pvt-v2" => new FlattenPvtV2Options
            {
                Patch = 3,
                Widths = [8, 12],
                Depths = [2, 1],
                LinearBlocks = [1, 1],
                Heads = [2, 3],
                HiddenRatios = [2, 2],
                Reductions = [2, 1],
                LinearReductions = [1, 2],
                DropPath = 0,
            },
            "flatten-cswin" => new FlattenCSwinOptions
            {
                Patch = 3,
                Width = 8,
                Depths = [2, 1],
                LinearBlocks = [1, 0],
                Heads = [2, 2],
                Stripes = [2, 2],
                HiddenRatio = 2,
                DropPath = 0,
            },
            "flatten-deit" => new FlattenDeiTOptions { Patch = 4, Width = 8, Layers = 2, Heads = 2, HiddenWidth = 12, DropPath = 0 },
            "m2-vit" => new M2ViTOptions { Patch = 4, Width = 8, Layers = 2, HiddenWidth = 12, MatrixBlocks = 3, FilterWidth = 4, DropPath = 0 },
            "setformer" => new SeTformerOptions
            {
                Patch = 3,
                Width = 8,
                Depths = [1, 1],
                Heads = [2, 2],
                References = [4, 9],
                Anchors = 3,
                HiddenRatio = 2,
                DropPath = 0,
            },
            _ => entry.BindOptions(new ModelSection { Id = id, Preset = "small-images" }),
        };
        var model = entry.Build<ImageClassifier>(shape, options);
        model.Eval();
        return model;
    }
}
