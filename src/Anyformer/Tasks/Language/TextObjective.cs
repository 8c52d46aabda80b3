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

    /// <summary>The objective that goes with a model.</summary>
    /// <param name="model">A language model says what comes next, a masked one what is hidden.</param>
    /// <param name="masking">How tokens are hidden.</param>
    /// <param name="tokenizer">What the ids stand for.</param>
    /// <exception cref="UserException">The vocabulary has no token to hide others behind.</exception>
    internal static TextObjective Of(TextModel model, TokenMaskingSection masking, Tokenizer tokenizer) =>
        model is MaskedLanguageModel ? new HiddenTokens(masking, tokenizer) : new NextToken();

    /// <summary>Inputs and labels of windows, both (windows, tokens).</summary>
    /// <param name="windows">One token more than a model sees, (windows, tokens + 1).</param>
    /// <param name="draws">What is drawn.</param>
    internal abstract (Tensor Inputs, Tensor Labels) Of(Tensor windows, Generator draws);
}

/// <summary>At every place, the token that comes next.</summary>
internal sealed class NextToken : TextObjective
{
    internal override (Tensor Inputs, Tensor Labels) Of(Tensor windows, Generator draws)
    {
        var tokens = windows.Size(1) - 1;
        return (windows.Narrow(1, 0, tokens), windows.Narrow(1, 1, tokens));
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

    /// <exception cref="UserException">The vocabulary has no token to hide others behind.</exception>
    internal HiddenTokens(TokenMaskingSection masking, Tokenizer tokenizer) => (_masking, _vocabulary, _mask) = (masking, tokenizer.Count, tokenizer.Special.Mask
        ?? throw new UserException("A masked language model needs a tokenizer with a token that hides others; choose bpe or wordpiece, or one that has it."));

    internal override (Tensor Inputs, Tensor Labels) Of(Tensor windows, Generator draws)
    {
        var tokens = windows.Narrow(1, 0, windows.Size(1) - 1);
        var (shape, device) = (tokens.Shape, windows.Device);
        Tensor Drawn() => Functional.Rand(shape, draws).To(device);
        var chosen = Drawn().Lt(_masking.Share);
        var kind = Drawn();
        var others = Functional.RandInt(_vocabulary, shape, draws, DType.Int64).To(device);
        var hidden = Functional.Where(kind.Lt(_masking.Hidden + _masking.Replaced), others, tokens).MaskedFill(kind.Lt(_masking.Hidden), _mask);
        return (Functional.Where(chosen, hidden, tokens), tokens.MaskedFill(chosen.LogicalNot(), Ignored));
    }
}
