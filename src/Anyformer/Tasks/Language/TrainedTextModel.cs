using Anyformer.Catalog;
using Anyformer.Checkpoints;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoding;
using Anyformer.Models.Language.Pretrained;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tasks.Language;

/// <summary>A trained model of texts with its tokenizer.</summary>
public sealed class TrainedTextModel
{
    private readonly Device _device;
    private readonly LanguageRecipe? _recipe;

    private TrainedTextModel(TextModel model, object options, LanguageShape shape, Tokenizer tokenizer, Device device, LanguageRecipe? recipe = null) =>
        (Model, Options, Shape, Tokenizer, _device, _recipe) = (model, options, shape, tokenizer, device, recipe);

    /// <summary>The model, frozen for inference: see <see cref="Module.Freeze"/>.</summary>
    public TextModel Model { get; }

    /// <summary>The options that it was built with.</summary>
    internal object Options { get; }

    /// <summary>The sizes of the texts that it was built for.</summary>
    internal LanguageShape Shape { get; }

    /// <summary>What its ids stand for.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Goes on with texts.</summary>
    /// <exception cref="UserException">The model tells what is hidden in a text, not what comes next.</exception>
    public TextContinuation Continuation => Model is LanguageModel model ? new TextContinuation(model, Tokenizer, Shape.Tokens, _device,
            _recipe?.Data.Documents is null ? null : Tokenizer.Special.End, _recipe?.Prefix is null ? null : TextReading.OfPrefix)
        : throw new UserException("This model tells what is hidden in a text, not what comes next: use fill-mask.");

    /// <summary>Opens the best checkpoint of a run, or a model as Hugging Face's tools keep it: <c>config.json</c>, weights and tokenizer.</summary>
    /// <exception cref="UserException">The folder holds neither, a run that has not validated yet, or what is no model of texts.</exception>
    public static TrainedTextModel Open(string folder, Device device, FrozenPrecision precision = FrozenPrecision.Float32) =>
        PretrainedModel.IsFolder(folder) ? OpenPretrained(folder, device, precision) : OpenRun(folder, device, precision);

    private static TrainedTextModel OpenPretrained(string folder, Device device, FrozenPrecision precision)
    {
        using var scope = new TensorScope();
        var pretrained = PretrainedModel.Open(folder);
        if (pretrained.Model is not (TextModel model and ISizedTextModel sized))
            throw new UserException($"The folder '{folder}' holds a model of type {pretrained.ModelType}, which is none that goes on with texts or tells what is hidden in them.");
        model.To(device);
        model.Freeze(precision);
        return new TrainedTextModel(model, pretrained.Options, sized.Shape, Tokenizer.Open(folder), device);
    }

    private static TrainedTextModel OpenRun(string folder, Device device, FrozenPrecision precision)
    {
        var (recipe, path) = TrainedRun<LanguageRecipe>.Open(folder, "a model of texts");
        using var scope = new TensorScope();
        var tokenizer = Tokenizer.Open(folder);
        var entry = MethodCatalog.Get<TextModel>(recipe.Model.Id);
        var (shape, options) = (new LanguageShape(tokenizer.Count, recipe.Data.Tokens), entry.BindOptions(recipe.Model));
        var model = entry.Build<TextModel>(shape, options);
        model.Load(Safetensors.Load(path));
        model.To(device);
        model.Freeze(precision);
        return new TrainedTextModel(model, options, shape, tokenizer, device, recipe);
    }

    /// <summary>What most likely stands at each hidden place of a text, the likeliest first.</summary>
    /// <param name="text">A text with the token that hides others in it, once or several times.</param>
    /// <param name="count">How many tokens for each place.</param>
    /// <exception cref="UserException">The model tells what comes next, the text has nothing hidden, or it is too long.</exception>
    public IReadOnlyList<IReadOnlyList<(string Token, double Probability)>> Fill(string text, int count)
    {
        if (Model is not MaskedLanguageModel || Tokenizer.Special.Mask is not { } mask)
            throw new UserException("This model tells what comes next, not what is hidden in a text: use generate.");
        using var scope = new TensorScope();
        using var inference = Autograd.InferenceMode();
        var ids = Tokenizer.Encode(text).Ids;
        int[] places = [.. ids.Index().Where(item => item.Item == mask).Select(item => item.Index)];
        if (places.Length == 0)
            throw new UserException($"Nothing is hidden in the text: write {Tokenizer.TokenOf(mask)} where something is to be told.");
        var probabilities = Model.Call(Tensor.From<long>([.. ids.Select(id => (long)id)]).Unsqueeze(0).To(_device))[0].To(DType.Float64).Softmax(-1);
        return [.. places.Select(place => Likeliest(probabilities[place], count))];
    }

    /// <summary>A vector for each text: the mean of those of its tokens behind the last layer.</summary>
    /// <exception cref="UserException">A text is empty or too long.</exception>
    public IReadOnlyList<float[]> Embed(IReadOnlyList<string> texts)
    {
        using var scope = new TensorScope();
        using var inference = Autograd.InferenceMode();
        return [.. texts.Select(text =>
        {
            using var each = new TensorScope();
            var ids = Tokenizer.Encode(text).Ids;
            if (ids.Length == 0)
                throw new UserException("A text is empty; expected at least one character.");
            return Model.CallStates(new TextInput(Tensor.From<long>([.. ids.Select(id => (long)id)]).Unsqueeze(0).To(_device)))[0].Mean(0).ToArray<float>();
        })];
    }

    private (string Token, double Probability)[] Likeliest(Tensor probabilities, int count)
    {
        var (values, order) = probabilities.TopK(Math.Min(count, Tokenizer.Count));
        return [.. order.ToArray<long>().Zip(values.ToArray<double>(), (id, probability) => (Tokenizer.Decode([(int)id], skipSpecial: false), probability))];
    }
}
