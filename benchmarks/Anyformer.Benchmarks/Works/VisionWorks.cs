using Anyformer.Models.Vision;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.TokenReduction;
using Anyformer.Torch;

namespace Anyformer.Benchmarks.Works;

/// <summary>ViT/16 on images of 224 pixels.</summary>
internal static class VisionWorks
{
    /// <summary>A training step.</summary>
    internal static Action Step(string size, int batch)
    {
        var (model, images) = Model(size, batch);
        var labels = Functional.RandInt(1000, [batch], DType.Int64);
        return TrainingStep.Of(model, () => model.Call(images).CrossEntropyLoss(labels));
    }

    /// <summary>A forward pass of a frozen model, each of whose layers merges so many tokens.</summary>
    internal static Action Answer(string size, int batch, FrozenPrecision precision = FrozenPrecision.Float32, int merged = 0)
    {
        var (model, images) = Model(size, batch);
        if (merged > 0)
            model.ReduceTokens(Part<TokenReducer>.Of("tome", new TokenMergingOptions { Merged = merged }));
        model.Freeze(precision);
        return () => Answer(model, images);
    }

    private static void Answer(VisionTransformer model, Tensor images)
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        model.Call(images);
    }

    private static (VisionTransformer Model, Tensor Images) Model(string size, int batch)
    {
        TorchRuntime.ManualSeed(1);
        var model = new VisionTransformer(new ImageShape(3, 224, 224, 1000), VisionTransformerOptions.Presets[size]);
        return (model, Functional.Randn([batch, 3, 224, 224]));
    }
}
