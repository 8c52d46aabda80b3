namespace Anyformer.Comparison.Texts;

/// <summary>What stands in for a precision of zero.</summary>
public enum BleuSmoothing
{
    /// <summary>Half as much for every length of n-grams that is not found, as NIST's mteval does.</summary>
    Exponential,

    /// <summary>A count of 0.1.</summary>
    Floor,

    /// <summary>1 is added to the counts of all lengths but single words.</summary>
    AddOne,

    /// <summary>Nothing: the score is 0.</summary>
    None,
}

/// <summary>How BLEU is counted; the defaults are sacreBLEU's.</summary>
public sealed record BleuOptions
{
    /// <summary>How texts are cut into words.</summary>
    public BleuTokenization Tokenization { get; init; }

    /// <summary>What stands in for a precision of zero.</summary>
    public BleuSmoothing Smoothing { get; init; }

    /// <summary>Whether small and capital letters are the same.</summary>
    public bool IgnoresCase { get; init; }

    /// <summary>Whether lengths that no text has are left out, as is wanted for the score of a single sentence.</summary>
    public bool EffectiveOrder { get; init; }
}

/// <summary>
/// How many of the words and word sequences of translations are in reference translations (Papineni et al., ACL 2002), counted over a corpus as sacreBLEU does
/// (Post, WMT 2018, arXiv 1804.08771).
/// </summary>
/// <param name="Score">From 0 to 100.</param>
/// <param name="Precisions">Share of the sequences of 1, 2, 3 and 4 words that are in a reference, in percent.</param>
/// <param name="BrevityPenalty">What the score is multiplied by because the texts are shorter than the references, at most 1.</param>
/// <param name="Words">Words of the texts.</param>
/// <param name="ReferenceWords">Words of the references, for each text of the one nearest in length.</param>
public sealed record Bleu(double Score, IReadOnlyList<double> Precisions, double BrevityPenalty, long Words, long ReferenceWords)
{
    private const int Order = 4;

    /// <summary>The score of texts.</summary>
    /// <param name="texts">What was written.</param>
    /// <param name="references">For each text, what might have been written.</param>
    /// <param name="options">How it is counted.</param>
    /// <exception cref="UserException">There are not as many references as texts, or a text has none.</exception>
    public static Bleu Of(IReadOnlyList<string> texts, IReadOnlyList<IReadOnlyList<string>> references, BleuOptions? options = null)
    {
        options ??= new BleuOptions();
        if (texts.Count != references.Count)
            throw new UserException($"BLEU needs references for every text, found {texts.Count} texts and references for {references.Count}.");
        if (references.Any(those => those.Count == 0))
            throw new UserException("BLEU needs at least one reference for every text, found none for one.");
        var (found, all, words, referenceWords) = (new long[Order], new long[Order], 0L, 0L);
        foreach (var (text, those) in texts.Zip(references))
        {
            var (written, given) = (Cut(text, options), those.Select(reference => Cut(reference, options)).ToList());
            words += written.Length;
            referenceWords += given.Select(reference => reference.Length).MinBy(length => (Math.Abs(length - written.Length), length));
            Count(written, given, found, all);
        }

        return OfCounts(found, all, words, referenceWords, options);
    }

    private static Bleu OfCounts(long[] found, long[] all, long words, long referenceWords, BleuOptions options)
    {
        var brevity = words >= referenceWords ? 1 : words > 0 ? Math.Exp(1 - (double)referenceWords / words) : 0;
        var precisions = new double[Order];
        if (found.All(count => count == 0))
            return new Bleu(0, precisions, brevity, words, referenceWords);
        var (halving, order) = (1.0, Order);
        for (var n = 0; n < Order; n++)
        {
            var added = options.Smoothing == BleuSmoothing.AddOne && n > 0 ? 1 : 0;
            if (all[n] + added == 0)
                break;
            if (options.EffectiveOrder)
                order = n + 1;
            var count = found[n] + added > 0 ? found[n] + added : options.Smoothing switch
            {
                BleuSmoothing.Exponential => 1 / (halving *= 2),
                BleuSmoothing.Floor => 0.1,
                _ => 0,
            };
            precisions[n] = 100 * count / (all[n] + added);
        }

        var score = precisions[..order].Any(precision => precision == 0) ? 0 : brevity * Math.Exp(precisions[..order].Average(Math.Log));
        return new Bleu(score, precisions, brevity, words, referenceWords);
    }

    /// <summary>Adds the sequences of a text, and those of them that are in a reference, each as often as in the reference that has it most often.</summary>
    private static void Count(string[] text, List<string[]> references, long[] found, long[] all)
    {
        for (var n = 1; n <= Order; n++)
        {
            var most = references.SelectMany(reference => Sequences(reference, n)).GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Max(pair => pair.Value));
            foreach (var (sequence, count) in Sequences(text, n))
                found[n - 1] += Math.Min(count, most.GetValueOrDefault(sequence));
            all[n - 1] += Math.Max(0, text.Length - n + 1);
        }
    }

    private static Dictionary<string, int> Sequences(string[] words, int length)
    {
        var counts = new Dictionary<string, int>();
        for (var first = 0; first + length <= words.Length; first++)
        {
            // Words have no spaces in them.
            var sequence = string.Join(' ', words, first, length);
            counts[sequence] = counts.GetValueOrDefault(sequence) + 1;
        }

        return counts;
    }

    private static string[] Cut(string text, BleuOptions options) =>
        BleuWords.Of(options.IgnoresCase ? text.TrimEnd().ToLowerInvariant() : text.TrimEnd(), options.Tokenization);
}
