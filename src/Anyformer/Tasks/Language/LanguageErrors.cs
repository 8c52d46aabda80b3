using Anyformer.Comparison;
using Anyformer.Data.Texts;

namespace Anyformer.Tasks.Language;

/// <summary>The errors that language models are measured by.</summary>
public static class LanguageErrors
{
    /// <summary>The id of the loss.</summary>
    public const string ValidationLoss = "validation-loss";

    /// <summary>The id of the loss over the bytes of the text.</summary>
    public const string BitsPerByte = "bits-per-byte";

    /// <summary>All errors, the one that ranks first.</summary>
    public static IReadOnlyList<ErrorMetric> All { get; } =
    [
        new(ValidationLoss, "validation loss", "The mean of minus the natural logarithm of the probability given to the next token of the validation text, or to a hidden one for a masked model."),
        new("perplexity", "perplexity", "The exponential of the validation loss: of so many equally likely tokens the model chooses."),
        new(BitsPerByte, "bits per byte", "The validation loss in bits, over the bytes of the text instead of its tokens; undefined for a masked model or one with a prefix, which do not tell a whole text."),
    ];

    /// <summary>The values of all errors, by id.</summary>
    /// <param name="loss">The validation loss.</param>
    /// <param name="data">The text.</param>
    /// <param name="tellsAll">Whether the loss is of all tokens, instead of hidden ones or those behind a prefix.</param>
    public static IReadOnlyDictionary<string, double> Of(double loss, TextData data, bool tellsAll = true) => new Dictionary<string, double>
    {
        [ValidationLoss] = loss,
        [All[1].Id] = Math.Exp(loss),
        [BitsPerByte] = tellsAll ? loss / Math.Log(2) * data.Validation.Length / data.ValidationBytes : double.NaN,
    };
}
