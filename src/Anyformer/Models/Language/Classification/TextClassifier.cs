using Anyformer.Models.Language.Encoders;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Classification;

/// <summary>
/// Any model of texts with scores of classes on top: one vector of a text, dropout, and a linear map (Devlin et al., NAACL 2019, arXiv 1810.04805, section
/// 4.1). A pair of texts is one text, whose tokens say by their types to which of the two they belong.
/// </summary>
public sealed class TextClassifier : Module
{
    private const double Deviation = 0.02;

    private readonly TextPooling _pooling;

    /// <summary>A classifier whose map to the classes is fresh.</summary>
    /// <param name="model">The model of texts, pretrained or not, which is trained along.</param>
    /// <param name="classes">Classes, or 1 to predict a number.</param>
    /// <param name="options">How the tokens become one vector.</param>
    /// <exception cref="UserException">The model has no pooler and the options want one, or there is no class.</exception>
    public TextClassifier(TextModel model, int classes, TextClassifierOptions options)
    {
        if (options.PoolingOf(model) == TextPooling.Pooler && model is not IPooledTextModel)
            throw new UserException($"{model.GetType().Name} has no pooler; pool the first token, the last or the mean.");
        if (classes < 1)
            throw new UserException($"A classifier needs at least one class, found {classes}.");
        (_pooling, Model, Dropout) = (options.PoolingOf(model), model, new Dropout(options.Dropout));
        Head = new Linear(WidthOf(model), classes);
        NormalWeights.Draw(Head, Deviation);
    }

    /// <summary>The model of texts.</summary>
    public TextModel Model { get; }

    private Dropout Dropout { get; }

    /// <summary>From the vector of a text to the scores of its classes.</summary>
    private Linear Head { get; }

    /// <summary>Scores of the classes, (batch, classes), before the softmax.</summary>
    /// <param name="text">The texts.</param>
    /// <exception cref="UserException">The text is longer than the model was built for, or the model cannot take it.</exception>
    public Tensor Call(TextInput text)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Head.Call(Dropout.Call(CallPooled(text))));
    }

    /// <summary>The vectors that go into the scores, (batch, width).</summary>
    /// <param name="text">The texts.</param>
    /// <exception cref="UserException">The text is longer than the model was built for, or the model cannot take it.</exception>
    public Tensor CallPooled(TextInput text)
    {
        using var scope = new TensorScope(this);
        var states = Model.CallStates(text);
        return scope.Keep(_pooling switch
        {
            TextPooling.Pooler => ((IPooledTextModel)Model).CallPooled(states),
            TextPooling.First => states.Select(1, 0),
            TextPooling.Last => Last(states, text.Real),
            _ => Mean(states, text.Real),
        });
    }

    private static Tensor Last(Tensor states, Tensor? real)
    {
        if (real is null)
            return states.Select(1, -1);
        var places = real.To(DType.Int64) * Functional.Arange(1, states.Size(1) + 1, device: states.Device);
        return states.TakeAlongDim(places.ArgMax(1).View([-1, 1, 1]), 1).Squeeze(1);
    }

    private static Tensor Mean(Tensor states, Tensor? real)
    {
        if (real is null)
            return states.Mean(1);
        var weights = real.To(states.DType).Unsqueeze(-1);
        return (states * weights).Sum([1]) / weights.Sum([1]).ClampMin(1);
    }

    /// <summary>One token tells it: a model of texts need not say how wide it is.</summary>
    private static long WidthOf(TextModel model)
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        return model.CallStates(new TextInput(Functional.Zeros([1, 1], DType.Int64, device: model.Parameters().First().Device))).Size(-1);
    }
}
