using Anyformer.Attention.Decoding;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Decoding;

/// <summary>What a model writes from other texts, which its encoder reads once.</summary>
internal sealed class WrittenText : TextReading
{
    private readonly SequenceToSequenceModel _model;
    private readonly DecodingState? _state;
    private Tensor _memory;
    private Tensor? _sourceReal;
    private Tensor? _text;

    internal WrittenText(SequenceToSequenceModel model, TextInput source)
    {
        using var scope = new TensorScope();
        using var inference = Autograd.InferenceMode();
        _model = model;
        _state = model.ReadsOn ? new DecodingState() : null;
        _memory = Evaluating.Of(model, () => model.CallEncoder(source)).OutliveScopes();
        _sourceReal = source.Real?.Clone().OutliveScopes();
    }

    /// <inheritdoc/>
    public override long Length => _state?.Length ?? _text?.Size(1) ?? 0;

    /// <inheritdoc/>
    public override void Select(Tensor texts)
    {
        using var inference = Autograd.InferenceMode();
        _memory = Replaced(_memory, _memory.IndexSelect(0, texts));
        _sourceReal = _sourceReal is null ? null : Replaced(_sourceReal, _sourceReal.IndexSelect(0, texts));
        _text = _text is null ? null : Replaced(_text, _text.IndexSelect(0, texts));
        _state?.Select(texts);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _state?.Dispose();
        _memory.Dispose();
        _sourceReal?.Dispose();
        _text?.Dispose();
    }

    private protected override Tensor ReadOn(Tensor tokens, long last) => Evaluating.Of(_model, () =>
        _state is null ? ReadAnew(tokens, last) : Last(_state.Read(tokens.Size(1), () => _model.CallDecoder(new TextInput(tokens), _memory, _sourceReal)), last));

    private Tensor ReadAnew(Tensor tokens, long last)
    {
        using var inference = Autograd.InferenceMode();
        _text = Replaced(_text, _text is null ? tokens.Clone() : Functional.Cat([_text, tokens], 1));
        return Last(_model.CallDecoder(new TextInput(_text), _memory, _sourceReal), last);
    }

    private static Tensor Last(Tensor scores, long last) => scores.Narrow(1, scores.Size(1) - last, last);

    private static Tensor Replaced(Tensor? old, Tensor tensor)
    {
        old?.Dispose();
        return tensor.OutliveScopes();
    }
}
