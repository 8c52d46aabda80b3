using Anyformer.Recipes;

namespace Anyformer.Tasks.Images;

/// <summary>What a comparison of classifiers of images is asked to do.</summary>
public sealed record ImageSettings
{
    /// <summary>Data, preprocessing, training and evaluation of every model; budget, seeds and the model are set over it.</summary>
    public required ImageRecipe Recipe { get; init; }

    /// <summary>The models, each by the name that it has in the comparison.</summary>
    public required IReadOnlyList<(string Name, ModelSection Model)> Models { get; init; }

    /// <summary>What may be spent.</summary>
    public required Budget Budget { get; init; }

    /// <summary>Every model is trained once with each.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }
}
