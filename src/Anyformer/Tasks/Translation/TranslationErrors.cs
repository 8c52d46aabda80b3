using Anyformer.Comparison;
using Anyformer.Comparison.Texts;

namespace Anyformer.Tasks.Translation;

/// <summary>The errors that translators are measured by.</summary>
public static class TranslationErrors
{
    /// <summary>The id of what is missing to the BLEU of the references themselves.</summary>
    public const string TestBleu = "test-bleu-error";

    /// <summary>The id of the validation loss.</summary>
    public const string ValidationLoss = "validation-loss";

    /// <summary>All errors, the one that ranks first.</summary>
    public static IReadOnlyList<ErrorMetric> All { get; } =
    [
        new(ValidationLoss, "validation loss", "The mean of minus the natural logarithm of the probability given to the next token of the validation translations."),
        new("validation-perplexity", "perplexity", "The exponential of the validation loss: of so many equally likely tokens the model chooses."),
        new(TestBleu, "test BLEU error", "What is missing to 1 in the BLEU of the translated test texts, counted as sacreBLEU does by default.") { Accuracy = "test BLEU" },
    ];

    /// <summary>The values of all errors, by id.</summary>
    public static IReadOnlyDictionary<string, double> Of(double loss, Bleu bleu) => new Dictionary<string, double>
    {
        [ValidationLoss] = loss,
        [All[1].Id] = Math.Exp(loss),
        [TestBleu] = 1 - bleu.Score / 100,
    };
}
