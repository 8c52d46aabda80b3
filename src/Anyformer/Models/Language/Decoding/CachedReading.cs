using Anyformer.Attention.Decoding;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Decoding;

/// <summary>Reads every token once; the model's attentions remember.</summary>
internal sealed class CachedReading(LanguageModel model) : TextReading
{
    private readonly DecodingState _state = new();

    /// <inheritdoc/>
    public override long Length => _state.Length;

    /// <summary>What attentions keep: keys and values, or sums.</summary>
    internal DecodingState State => _state;

    /// <inheritdoc/>
    public override void Select(Tensor texts) => _state.Select(texts);

    /// <inheritdoc/>
    public override void Dispose() => _state.Dispose();

    private protected override Tensor ReadOn(Tensor tokens, long last) => Evaluating.Of(model, () => _state.Read(tokens.Size(1),
        () => model.CallScores(model.CallStates(new TextInput(tokens)).Narrow(1, tokens.Size(1) - last, last))));
}
