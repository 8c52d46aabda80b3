using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Data.Images;
using Anyformer.Data.Images.Loading;
using Anyformer.Data.Images.Sets;
using Anyformer.Models.Vision;

namespace Anyformer.Recipes;

/// <summary>Classification of images.</summary>
public sealed record ImageRecipe : Recipe
{
    /// <summary>The model.</summary>
    [Description("the model")]
    public override required ModelSection Model { get; init; }

    /// <summary>The images.</summary>
    [Description("the images")]
    public required ImageSource Data { get; init; }

    /// <summary>What every image goes through.</summary>
    [Description("what every image goes through: size and scale")]
    public ImagePreprocessing Preprocessing { get; init; } = new();

    /// <summary>How training images are varied.</summary>
    [Description("how training images are varied")]
    public ImageAugmentation Augmentation { get; init; } = new();

    /// <summary>How images are read.</summary>
    [Description("how images are read")]
    public ImageLoading Loading { get; init; } = new();

    /// <summary>The training.</summary>
    [Description("the training")]
    public TrainingSection Training { get; init; } = new();

    /// <summary>A trained model to learn from; null for none.</summary>
    [Description("a trained model to learn from beside the labels")]
    public DistillationSection? Distillation { get; init; }

    /// <summary>The evaluation.</summary>
    [Description("the evaluation")]
    public ImageEvaluationSection Evaluation { get; init; } = new();

    /// <summary>What a paper reports for this recipe; null for none.</summary>
    [Description("what a paper reports for this recipe")]
    public PublishedFigures? Published { get; init; }
}

/// <summary>How trained classifiers of images are evaluated.</summary>
public sealed record ImageEvaluationSection
{
    /// <summary>Images of a batch.</summary>
    [Description("images of a batch")]
    [Range(1, int.MaxValue)]
    public int BatchSize { get; init; } = 64;
}

/// <summary>What a classifier learns from a trained one.</summary>
public sealed record DistillationSection
{
    /// <summary>The folder of the run of the teacher.</summary>
    [Description("folder of the run of the teacher")]
    public required string Teacher { get; init; }

    /// <summary>The loss.</summary>
    [Description("the loss")]
    public DistillationLoss Loss { get; init; } = new();
}
