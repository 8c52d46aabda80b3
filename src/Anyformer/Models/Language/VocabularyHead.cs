using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>Scores of the tokens of a vocabulary, by the vectors of its embedding or by a map of their own: (..., width) to (..., vocabulary).</summary>
internal sealed class VocabularyHead : TensorModule
{
    private readonly double _scale;

    /// <param name="embedding">The embedding of the tokens.</param>
    /// <param name="tied">Whether its vectors make the scores.</param>
    /// <param name="bias">Whether a number is added to each score.</param>
    /// <param name="scale">What states are multiplied by first.</param>
    internal VocabularyHead(Embedding embedding, bool tied, bool bias = false, double scale = 1)
    {
        var (vocabulary, width) = (embedding.Weight.Size(0), embedding.Weight.Size(1));
        _scale = scale;
        Table = tied ? embedding : null;
        Bias = tied && bias ? Initialization.Constant(Parameter.Empty(vocabulary), 0) : null;
        Output = tied ? null : new Linear(width, vocabulary, bias);
    }

    /// <summary>The embedding, where the scores are products with its vectors.</summary>
    private Embedding? Table { get; }

    /// <summary>(vocabulary), beside the embedding.</summary>
    private Parameter? Bias { get; }

    private Linear? Output { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var states = _scale == 1 ? input : input * _scale;
        return Output is null ? Linear.Map(states, Table!.Weight, Bias) : Output.Call(states);
    }
}
