using Anyformer.Recipes;
using Anyformer.Training;

namespace Anyformer.Tasks;

/// <summary>The folder of a run that has validated at least once: its recipe, and its best weights.</summary>
/// <typeparam name="TRecipe">The task.</typeparam>
/// <param name="Recipe">How it was trained.</param>
/// <param name="Checkpoint">The file of the best weights.</param>
internal sealed record TrainedRun<TRecipe>(TRecipe Recipe, string Checkpoint) where TRecipe : Recipe
{
    /// <summary>Opens a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="what">What the run is to be of, for the message: <c>a translator</c>.</param>
    /// <exception cref="UserException">It holds no run, none that has validated, or one of another task.</exception>
    internal static TrainedRun<TRecipe> Open(string folder, string what)
    {
        var (recipe, checkpoint) = (TrainingRun.RecipePath(folder), new CheckpointStore(TrainingRun.CheckpointsPath(folder)).BestPath);
        if (!File.Exists(recipe) || !File.Exists(checkpoint))
            throw new UserException($"The folder '{folder}' holds no trained run: expected {recipe} and {checkpoint}.");
        return Recipes.Recipe.Load(recipe) is TRecipe found ? new TrainedRun<TRecipe>(found, checkpoint)
            : throw new UserException($"The run '{folder}' is none of {what}.");
    }
}
