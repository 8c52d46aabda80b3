using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>Scores of the tokens of a vocabulary, by the vectors of its embedding or by a map of their own: (..., width) to (..., vocabulary).</summary>
internal sealed class VocabularyHead : TensorModule
{
    internal VocabularyHead(Embedding embedding, bool tied)
    {
        Table = tied ? embedding : null;
        Output = tied ? null : new Linear(embedding.Weight.Size(1), embedding.Weight.Size(0), bias: false);
    }

    /// <summary>The embedding, where the scores are products with its vectors.</summary>
    private Embedding? Table { get; }

    private Linear? Output { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Output is null ? Functional.Linear(input, Table!.Weight) : Output.Call(input);
}
