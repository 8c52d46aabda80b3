using Anyformer.Torch;

namespace Anyformer.Models.Language.Decoding;

/// <summary>Reads the whole text anew with every token, for models whose attention cannot go on.</summary>
internal sealed class WholeReading(LanguageModel model) : TextReading
{
    private Tensor? _text;

    /// <inheritdoc/>
    public override long Length => _text?.Size(1) ?? 0;

    /// <inheritdoc/>
    public override void Select(Tensor texts) => Replace(_text!.IndexSelect(0, texts));

    /// <inheritdoc/>
    public override void Dispose() => _text?.Dispose();

    private protected override Tensor ReadOn(Tensor tokens, long last)
    {
        Replace(_text is null ? tokens.Clone() : Functional.Cat([_text, tokens], 1));
        return Evaluating.Of(model, () =>
        {
            using var inference = Autograd.InferenceMode();
            return model.CallScores(model.CallStates(new TextInput(_text!)).Narrow(1, Length - last, last));
        });
    }

    private void Replace(Tensor text)
    {
        _text?.Dispose();
        _text = text.OutliveScopes();
    }
}
