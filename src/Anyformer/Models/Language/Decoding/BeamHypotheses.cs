namespace Anyformer.Models.Language.Decoding;

/// <summary>What a beam search knows of one source: the texts that it goes on with, and the best of those that ended.</summary>
internal sealed class BeamHypotheses(BeamSearch search)
{
    private readonly List<BeamText> _ended = [];
    private List<(List<int> Tokens, int Parent, double LogProbability)> _live = [];

    /// <summary>Whether no more texts are looked for.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>The best texts, the very best first.</summary>
    internal IReadOnlyList<BeamText> Texts => _ended;

    /// <summary>For each text that is gone on with, the number of the one before that it continues.</summary>
    internal IEnumerable<int> Parents => _live.Select(text => text.Parent);

    /// <summary>The last token of each text that is gone on with.</summary>
    internal IEnumerable<long> Tokens => _live.Select(text => (long)text.Tokens[^1]);

    /// <summary>The logarithm of the probability of each text that is gone on with.</summary>
    internal IEnumerable<double> LogProbabilities => _live.Select(text => text.LogProbability);

    /// <summary>Takes the best continuations, in their order.</summary>
    internal void Advance(IReadOnlyList<Continuation> continuations)
    {
        if (IsOver)
            return;
        var before = _live;
        _live = [];
        var written = before.Count == 0 ? 1 : before[0].Tokens.Count + 1;
        // What continues a text that is there only to fill a row is impossible.
        foreach (var (rank, continuation) in continuations.Where(continuation => continuation.LogProbability > double.NegativeInfinity).Index())
        {
            List<int> tokens = [.. before.Count == 0 ? [] : before[continuation.Parent].Tokens, continuation.Token];
            if (continuation.Token == search.EndToken && search.Scoring.TakesEnd(rank, search.Beams))
                End(tokens, continuation.LogProbability, isEnded: true);
            else if (continuation.Token != search.EndToken && _live.Count < search.Beams)
                _live.Add((tokens, continuation.Parent, continuation.LogProbability));
        }

        Close(written, continuations[0].LogProbability);
    }

    private void Close(int written, double best)
    {
        IsOver = _ended.Count >= search.Beams && search.Scoring.IsOver(_ended[^1].Score, best, written);
        if (IsOver || (written < search.MaxTokens && _live.Count > 0))
        {
            Fill();
            return;
        }

        foreach (var (tokens, _, logProbability) in _live)
            End(tokens, logProbability, isEnded: false);
        IsOver = true;
        Fill();
    }

    /// <summary>Every source has as many rows as there are beams, also where fewer texts are left: the others are impossible.</summary>
    private void Fill()
    {
        while (_live.Count < search.Beams)
            _live.Add(([.. _live.Count > 0 ? _live[0].Tokens : [search.EndToken]], 0, double.NegativeInfinity));
    }

    private void End(List<int> tokens, double logProbability, bool isEnded)
    {
        _ended.Add(new BeamText(tokens, search.Scoring.Score(logProbability, tokens.Count, isEnded)));
        // A stable order: of equal scores the one that was found first stays before.
        var ordered = _ended.OrderByDescending(text => text.Score).Take(search.Beams).ToList();
        _ended.Clear();
        _ended.AddRange(ordered);
    }
}
