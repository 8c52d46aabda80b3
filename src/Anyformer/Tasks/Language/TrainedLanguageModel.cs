using Anyformer.Catalog;
using Anyformer.Checkpoints;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Models.Language;
using Anyformer.Recipes;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Language;

/// <summary>A trained language model with its tokenizer, from the folder of its run.</summary>
public sealed class TrainedLanguageModel
{
    private TrainedLanguageModel(LanguageModel model, Tokenizer tokenizer, int mostTokens, Device device) =>
        (Model, Tokenizer, Continuation) = (model, tokenizer, new TextContinuation(model, tokenizer, mostTokens, device));

    /// <summary>The model, in evaluation mode.</summary>
    public LanguageModel Model { get; }

    /// <summary>What its ids stand for.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Goes on with texts.</summary>
    public TextContinuation Continuation { get; }

    /// <summary>Opens the best checkpoint of a run.</summary>
    /// <exception cref="UserException">The folder holds no run of a language model, or one that has not validated yet.</exception>
    public static TrainedLanguageModel Open(string folder, Device device)
    {
        var path = new CheckpointStore(TrainingRun.CheckpointsPath(folder)).BestPath;
        if (!File.Exists(TrainingRun.RecipePath(folder)) || !File.Exists(path))
            throw new UserException($"The folder '{folder}' holds no trained run: expected {TrainingRun.RecipePath(folder)} and {path}.");
        if (Recipe.Load(TrainingRun.RecipePath(folder)) is not LanguageRecipe recipe)
            throw new UserException($"The run '{folder}' is none of a language model.");
        using var scope = new TensorScope();
        var tokenizer = Tokenizer.Open(folder);
        var entry = MethodCatalog.Get<LanguageModel>(recipe.Model.Id);
        var model = entry.Build<LanguageModel>(new LanguageShape(tokenizer.Count, recipe.Data.Tokens), entry.BindOptions(recipe.Model));
        model.Load(Safetensors.Load(path));
        model.To(device);
        model.Eval();
        return new TrainedLanguageModel(model, tokenizer, recipe.Data.Tokens, device);
    }
}
