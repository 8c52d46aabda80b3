using Anyformer.Torch;

namespace Anyformer.Models.Language.Decoding;

/// <summary>Chooses the tokens that come next, one for each text: the most probable ones, or drawn ones.</summary>
internal sealed class TokenChooser(GenerationOptions options) : IDisposable
{
    private readonly Generator _generator = new(options.Seed);

    /// <summary>One token for each text.</summary>
    /// <param name="scores">(texts, vocabulary).</param>
    /// <param name="texts">The tokens of each text so far.</param>
    internal long[] Choose(Tensor scores, IReadOnlyList<IReadOnlyList<int>> texts)
    {
        using var scope = new TensorScope();
        // The generator's numbers are the processor's.
        var penalized = ScoreRules.Penalize(scores.To(Device.Cpu), texts, options.RepetitionPenalty);
        if (options.Temperature == 0)
            return penalized.ArgMax(-1).ToArray<long>();
        var kept = ScoreRules.KeepNucleus(ScoreRules.KeepHighest(penalized / options.Temperature, options.TopK), options.TopP);
        return kept.Softmax(-1).Multinomial(1, generator: _generator).ToArray<long>();
    }

    /// <inheritdoc/>
    public void Dispose() => _generator.Dispose();
}
