using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Models.Language.Encoders;

namespace Anyformer.Models.Language.Classification;

/// <summary>What of a text's tokens goes into the scores of its classes.</summary>
public enum TextPooling
{
    /// <summary>What the model has learned to say of a text in one vector, as BERT's pooler does.</summary>
    Pooler,

    /// <summary>The first token.</summary>
    First,

    /// <summary>The last token that is no padding, which has seen all others in a language model.</summary>
    Last,

    /// <summary>The mean of the tokens that are no padding.</summary>
    Mean,
}

/// <summary>Options of <see cref="TextClassifier"/>.</summary>
public sealed record TextClassifierOptions
{
    /// <summary>What of a text's tokens goes into the scores; null for what goes with the model: its pooler, of a language model the last token, else the mean.</summary>
    [Description("what of a text's tokens goes into the scores: pooler, first, last or mean; when left out its pooler where the model has one, of a language model last, else mean")]
    public TextPooling? Pooling { get; init; }

    /// <summary>What goes into the scores of a model.</summary>
    internal TextPooling PoolingOf(TextModel model) => Pooling ?? model switch
    {
        IPooledTextModel => TextPooling.Pooler,
        LanguageModel => TextPooling.Last,
        _ => TextPooling.Mean,
    };

    /// <summary>Probability of dropout before the scores.</summary>
    [Description("probability of dropout before the scores"), Range(0.0, 1.0)]
    public double Dropout { get; init; } = 0.1;
}
