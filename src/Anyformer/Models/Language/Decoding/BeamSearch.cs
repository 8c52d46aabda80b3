using Anyformer.Torch;

namespace Anyformer.Models.Language.Decoding;

/// <summary>A text that a search wrote.</summary>
/// <param name="Tokens">The tokens behind the first one, with that of the end where it ended.</param>
/// <param name="Score">Its score by the <see cref="BeamScoring"/>.</param>
public sealed record BeamText(IReadOnlyList<int> Tokens, double Score);

/// <summary>Looks for the most probable text by going on with several at a time.</summary>
/// <param name="Beams">Texts that are gone on with.</param>
/// <param name="MaxTokens">Most tokens to write.</param>
/// <param name="EndToken">The token that ends a text.</param>
/// <param name="Scoring">How texts of different lengths are weighed.</param>
public sealed record BeamSearch(int Beams, int MaxTokens, int EndToken, BeamScoring Scoring)
{
    /// <summary>For each source the best texts, the very best first, at most as many as there are beams.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">The texts to write from.</param>
    /// <param name="begin">The token that every text begins with.</param>
    public IReadOnlyList<IReadOnlyList<BeamText>> Write(SequenceToSequenceModel model, TextInput source, int begin)
    {
        using var reading = TextReading.Of(model, source);
        return Write(reading, source.Tokens.Size(0), Functional.Full([source.Tokens.Size(0), 1], begin, DType.Int64, device: source.Tokens.Device));
    }

    /// <summary>For each text the best continuations, the very best first, at most as many as there are beams.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">Token ids of prompts of one length, (texts, tokens).</param>
    public IReadOnlyList<IReadOnlyList<BeamText>> Write(LanguageModel model, Tensor prompts)
    {
        using var reading = TextReading.Of(model);
        return Write(reading, prompts.Size(0), prompts);
    }

    private IReadOnlyList<IReadOnlyList<BeamText>> Write(TextReading reading, long sources, Tensor prompts)
    {
        using var scope = new TensorScope();
        BeamHypotheses[] searches = [.. Enumerable.Range(0, (int)sources).Select(_ => new BeamHypotheses(this))];
        // The beams of a source are alike at first, so only one of them is read.
        var scores = reading.Read(prompts);
        reading.Select(Functional.Arange(sources, device: prompts.Device).RepeatInterleave(Beams));
        var continuations = Best(scores.LogSoftmax(-1).View([sources, 1, -1]));
        while (true)
        {
            foreach (var (index, search) in searches.Index())
                search.Advance(continuations[index]);
            if (searches.All(search => search.IsOver))
                return [.. searches.Select(search => search.Texts)];
            continuations = Next(reading, searches, prompts.Device);
        }
    }

    /// <summary>Reads the tokens that were chosen, and finds the best continuations of every source.</summary>
    private Continuation[][] Next(TextReading reading, BeamHypotheses[] searches, Device device)
    {
        using var scope = new TensorScope();
        reading.Select(Tensor.From<long>([.. searches.SelectMany((search, index) => search.Parents.Select(parent => (long)(index * Beams + parent)))]).To(device));
        var tokens = Tensor.From<long>([.. searches.SelectMany(search => search.Tokens)]).View([-1, 1]).To(device);
        var sums = Tensor.From<double>([.. searches.SelectMany(search => search.LogProbabilities)]).To(device).View([searches.Length, Beams, 1]);
        return Best(reading.Read(tokens).To(DType.Float64).LogSoftmax(-1).View([searches.Length, Beams, -1]) + sums);
    }

    /// <summary>Twice as many continuations as there are beams, the best first: even if one of each beam ends, enough are left.</summary>
    private Continuation[][] Best(Tensor sums)
    {
        var vocabulary = sums.Size(2);
        var (values, places) = sums.Flatten(1).TopK((int)Math.Min(2 * Beams, sums.Size(1) * vocabulary));
        var (found, where) = (values.To(DType.Float64).ToArray<double>(), places.ToArray<long>());
        return [.. found.Zip(where, (sum, place) => new Continuation((int)(place / vocabulary), (int)(place % vocabulary), sum)).Chunk((int)values.Size(1))];
    }
}

/// <summary>A token behind one of the texts that are gone on with.</summary>
/// <param name="Parent">The number of the text.</param>
/// <param name="Token">The token.</param>
/// <param name="LogProbability">Of the text with the token.</param>
internal readonly record struct Continuation(int Parent, int Token, double LogProbability);
