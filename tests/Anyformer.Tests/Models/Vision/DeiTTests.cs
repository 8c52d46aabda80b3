using Anyformer.Models.Vision;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Vision;

public sealed class DeiTTests
{
    private static readonly ImageShape s_shape = new(3, 8, 8, 4);
    private static readonly DeiTOptions s_options = new() { Patch = 4, Width = 8, Layers = 2, Heads = 2, HiddenWidth = 12 };

    /// <summary>timm's counts at 224 pixels and 1000 classes.</summary>
    [Theory]
    [InlineData("tiny", 5_910_800)]
    [InlineData("small", 22_436_432)]
    public void ParametersAreAsManyAsPublished(string preset, long published) =>
        Assert.Equal(published, VisionTransformerTests.Count(new DeiT(new ImageShape(3, 224, 224, 1000), DeiTOptions.Presets[preset] with { Layers = 1 }), 12));

    [Fact]
    public void ScoresAreTheMeanOfBothHeads()
    {
        using var scope = new TensorScope();
        var model = new DeiT(s_shape, s_options);
        var images = Tensors.Normal(1, 3, 3, 8, 12);
        var heads = model.CallHeads(images);
        Assert.NotEqual(heads.Class.Numbers(), heads.Distillation.Numbers());
        Tensors.AssertClose((heads.Class + heads.Distillation) * 0.5, model.Call(images));
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var model = new DeiT(s_shape, s_options);
        model.To(DType.Float64);
        VisionTransformerTests.Randomize(model);
        var images = Tensors.Normal64(1, 2, 3, 8, 8);
        images.RequiresGrad = true;
        var weights = Tensors.Normal64(2, 2, 4);
        FiniteDifferences.AssertGradients([images, .. model.Parameters()], () => (model.Call(images) * weights).Sum(), 1e-6);
    }

    [Fact]
    public void NothingIsLearnedOfATeacherWithoutDistillation()
    {
        using var scope = new TensorScope();
        var (loss, scores) = (Tensor.From(1.25), Tensors.Normal64(1, 2, 3));
        Assert.Equal(1.25, new DistillationLoss { Kind = DistillationKind.None }.Call(loss, scores, scores).Item<double>());
    }

    [Fact]
    public void HardDistillationIsTheCrossEntropyWithTheTeachersClass()
    {
        using var scope = new TensorScope();
        var scores = Tensor.From(new[] { 0, Math.Log(3), 0, 0 }, 2, 2);
        var teacher = Tensor.From(new[] { 5.0, 7, 2, 1 }, 2, 2);
        // -ln 3/4 for the first, -ln 1/2 for the second.
        var expected = 0.7 * 2 + 0.3 * (Math.Log(4 / 3.0) + Math.Log(2)) / 2;
        Assert.Equal(expected, new DistillationLoss { Alpha = 0.3 }.Call(Tensor.From(2.0), scores, teacher).Item<double>(), 12);
    }

    [Fact]
    public void SoftDistillationIsTheDivergenceOverAllScores()
    {
        using var scope = new TensorScope();
        var student = Tensor.From(new[] { 0.0, 0 }, 1, 2);
        var teacher = Tensor.From(new[] { 0, 2 * Math.Log(3) }, 1, 2);
        // At temperature 2 the teacher says 1/4 and 3/4, the student 1/2 each.
        var divergence = 0.25 * Math.Log(0.25 / 0.5) + 0.75 * Math.Log(0.75 / 0.5);
        var loss = new DistillationLoss { Kind = DistillationKind.Soft, Alpha = 0.1, Temperature = 2 };
        Assert.Equal(0.9 * 5 + 0.1 * divergence * 4 / 2, loss.Call(Tensor.From(5.0), student, teacher).Item<double>(), 12);
    }

    [Fact]
    public void NoGradientFlowsToTheTeacher()
    {
        var (student, teacher) = (Tensors.Normal64(1, 2, 3), Tensors.Normal64(2, 2, 3));
        (student.RequiresGrad, teacher.RequiresGrad) = (true, true);
        new DistillationLoss { Kind = DistillationKind.Soft }.Call(Tensor.From(0.0), student, teacher).Backward();
        Assert.NotNull(student.Grad);
        Assert.Null(teacher.Grad);
    }
}
