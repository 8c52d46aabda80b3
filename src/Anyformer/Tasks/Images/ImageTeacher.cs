using Anyformer.Data.Images.Loading;
using Anyformer.Models.Vision;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tasks.Images;

/// <summary>A trained classifier that another one learns from (Touvron et al. 2021, DeiT, arXiv 2012.12877, section 3).</summary>
internal sealed class ImageTeacher
{
    private readonly ImageClassifier _model;
    private readonly DistillationLoss _loss;

    /// <exception cref="UserException">The teacher is no trained run, or knows other classes.</exception>
    internal ImageTeacher(DistillationSection section, ImageMetadata classes, Device device)
    {
        var teacher = TrainedImageClassifier.Open(section.Teacher, device);
        if (!teacher.Classes.SequenceEqual(classes.Classes))
            throw new UserException($"The teacher '{section.Teacher}' knows the classes {string.Join(", ", teacher.Classes)}; expected {string.Join(", ", classes.Classes)}.");
        (_model, _loss) = (teacher.Model, section.Loss);
    }

    /// <summary>The loss of a student; one without a head for the teacher learns both with the one it has.</summary>
    internal Tensor Loss(ImageClassifier student, ImageBatch batch)
    {
        var scores = student is IDistilledClassifier distilled ? distilled.CallHeads(batch.Images) : Same(student.Call(batch.Images));
        using var unrecorded = Autograd.NoGrad();
        var said = _model.Call(batch.Images);
        using var recorded = Autograd.Record();
        return _loss.Call(scores.Class.CrossEntropyLoss(batch.Targets), scores.Distillation, said);
    }

    private static DistilledScores Same(Tensor scores) => new(scores, scores);
}
