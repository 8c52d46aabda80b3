using Anyformer.Torch;

namespace Anyformer.Models.Language.Decoding;

/// <summary>Reads the whole text anew with every token, for models whose attention cannot go on.</summary>
internal class WholeReading(LanguageModel model) : TextReading
{
    private Tensor? _text;

    /// <inheritdoc/>
    public sealed override long Length => _text?.Size(1) ?? 0;

    /// <inheritdoc/>
    public sealed override void Select(Tensor texts) => Replace(_text!.IndexSelect(0, texts));

    /// <inheritdoc/>
    public sealed override void Dispose() => _text?.Dispose();

    private protected sealed override Tensor ReadOn(Tensor tokens, long last)
    {
        Replace(_text is null ? tokens.Clone() : Functional.Cat([_text, tokens], 1));
        return Evaluating.Of(model, () =>
        {
            using var inference = Autograd.InferenceMode();
            return model.CallScores(model.CallStates(Input(_text!)).Narrow(1, Length - last, last));
        });
    }

    /// <summary>The text so far, as the model is to see it.</summary>
    private protected virtual TextInput Input(Tensor text) => new(text);

    private void Replace(Tensor text)
    {
        _text?.Dispose();
        _text = text.OutliveScopes();
    }
}
