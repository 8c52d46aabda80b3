using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>A language model that reads a text segment after segment and remembers what it has read; it is trained and measured so.</summary>
public interface IRecurrentLanguageModel
{
    /// <summary>Scores of a segment, (batch, tokens, vocabulary), and what to remember for the next.</summary>
    /// <param name="tokens">Token ids, (batch, tokens): of each row what comes behind its last segment.</param>
    /// <param name="memory">What the segment before gave, tensors with the rows of the batch first; null at the first.</param>
    /// <exception cref="UserException">The memory is of another model.</exception>
    (Tensor Scores, IReadOnlyList<Tensor> Memory) CallSegment(Tensor tokens, IReadOnlyList<Tensor>? memory);
}
