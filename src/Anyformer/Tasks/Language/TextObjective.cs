using Anyformer.Data.Texts;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Models.Language;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tasks.Language;

/// <summary>What a model of texts learns: what it sees of a window, and what it is to say of it.</summary>
internal abstract class TextObjective
{
    /// <summary>The label of places where nothing is to be said.</summary>
    internal const int Ignored = -100;

    /// <summary>Whether every token of a text is told, so that the losses of all are its length in bits.</summary>
    internal virtual bool TellsAll => false;

    /// <summary>The objective that goes with a model and its text.</summary>
    /// <param name="model">A language model says what comes next, a masked one what is hidden.</param>
    /// <param name="recipe">How tokens are hidden, and what is a prefix.</param>
    /// <param name="data">The text.</param>
    /// <exception cref="UserException">The vocabulary has no token to hide others behind, or the model takes no prefix or no documents.</exception>
    internal static TextObjective Of(TextModel model, LanguageRecipe recipe, TextData data)
    {
        if ((recipe.Prefix is not null || data.DocumentEnd is not null) && !model.TakesDocuments)
            throw new UserException($"The model '{recipe.Model.Id}' decides by itself which tokens see each other, so it takes neither a prefix nor documents side by side.");
        TextObjective objective = (model, recipe.Prefix) switch
        {
            (MaskedLanguageModel, null) => new HiddenTokens(recipe.Masking, data.Tokenizer),
            (MaskedLanguageModel, _) => throw new UserException("The tokens of a masked language model see each other anyway, so it takes no prefix."),
            (_, { } prefix) => new PrefixedText(prefix),
            _ => new NextToken(),
        };
        return data.DocumentEnd is { } end ? new PackedDocuments(objective, end, model.TakesPositions) : objective;
    }

    /// <summary>What a model sees of windows, and the labels, (windows, tokens).</summary>
    /// <param name="windows">One token more than a model sees, (windows, tokens + 1).</param>
    /// <param name="draws">What is drawn.</param>
    internal abstract (TextInput Input, Tensor Labels) Of(Tensor windows, Generator draws);
}

/// <summary>At every place, the token that comes next.</summary>
internal sealed class NextToken : TextObjective
{
    internal override bool TellsAll => true;

    internal override (TextInput Input, Tensor Labels) Of(Tensor windows, Generator draws)
    {
        var tokens = windows.Size(1) - 1;
        return (new TextInput(windows.Narrow(1, 0, tokens)), windows.Narrow(1, 1, tokens));
    }
}

/// <summary>
/// The tokens at some places, of which most are hidden behind a token for that, some are others, and some stay as they are (BERT: Devlin et al. 2019,
/// arXiv 1810.04805, section 3.1).
/// </summary>
internal sealed class HiddenTokens : TextObjective
{
    private readonly TokenMaskingSection _masking;
    private readonly long _mask;
    private readonly int _vocabulary;
    private readonly int? _end;

    /// <exception cref="UserException">The vocabulary has no token to hide others behind.</exception>
    internal HiddenTokens(TokenMaskingSection masking, Tokenizer tokenizer) => (_masking, _vocabulary, _end, _mask) = (masking, tokenizer.Count, tokenizer.Special.End, tokenizer.Special.Mask
        ?? throw new UserException("A masked language model needs a tokenizer with a token that hides others; choose bpe or wordpiece, or one that has it."));

    internal override (TextInput Input, Tensor Labels) Of(Tensor windows, Generator draws)
    {
        var tokens = windows.Narrow(1, 0, windows.Size(1) - 1);
        var (shape, device) = (tokens.Shape, windows.Device);
        Tensor Drawn() => Functional.Rand(shape, draws).To(device);
        var chosen = Drawn().Lt(_masking.Share);
        // Where a document ends is no word that could be told.
        if (_end is { } end)
            chosen = chosen.LogicalAnd(tokens.Ne(end));
        var kind = Drawn();
        var others = Functional.RandInt(_vocabulary, shape, draws, DType.Int64).To(device);
        var hidden = Functional.Where(kind.Lt(_masking.Hidden + _masking.Replaced), others, tokens).MaskedFill(kind.Lt(_masking.Hidden), _mask);
        return (new TextInput(Functional.Where(chosen, hidden, tokens)), tokens.MaskedFill(chosen.LogicalNot(), Ignored));
    }
}
