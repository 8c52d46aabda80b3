using Anyformer.Torch;

namespace Anyformer.Models.Language.Encoders;

/// <summary>A model that has learned to say a text in one vector.</summary>
public interface IPooledTextModel
{
    /// <summary>The vectors of texts, (batch, width).</summary>
    /// <param name="states">What <see cref="TextModel.CallStates"/> gives, (batch, tokens, width).</param>
    Tensor CallPooled(Tensor states);
}
