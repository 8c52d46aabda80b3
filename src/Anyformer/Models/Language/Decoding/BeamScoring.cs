namespace Anyformer.Models.Language.Decoding;

/// <summary>How a beam search weighs texts of different lengths, and when it ends.</summary>
public abstract record BeamScoring
{
    /// <summary>The score of a text.</summary>
    /// <param name="logProbability">The sum of the logarithms of its tokens' probabilities.</param>
    /// <param name="written">Tokens written, that of the end among them.</param>
    /// <param name="isEnded">Whether the last one is that of the end.</param>
    internal abstract double Score(double logProbability, int written, bool isEnded);

    /// <summary>Whether a continuation that ends the text is taken.</summary>
    /// <param name="rank">How many continuations are more probable.</param>
    /// <param name="beams">Texts that are gone on with.</param>
    internal abstract bool TakesEnd(int rank, int beams);

    /// <summary>Whether no text to come is looked for, once there are as many ended ones as beams.</summary>
    /// <param name="worst">The lowest score of the ended texts that are kept.</param>
    /// <param name="best">The highest sum of logarithms of the continuations of this step.</param>
    /// <param name="written">Tokens of a continuation.</param>
    internal abstract bool IsOver(double worst, double best, int written);
}

/// <summary><c>log P / ((5 + n) / 6)^α</c> of n tokens (Wu et al. 2016, arXiv 1609.08144, section 7); over when as many texts ended as there are beams.</summary>
/// <param name="Alpha">How much longer texts are preferred; 0.6 in Vaswani et al. 2017.</param>
public sealed record LengthPenaltyScoring(double Alpha = 0.6) : BeamScoring
{
    internal override double Score(double logProbability, int written, bool isEnded) => logProbability / Math.Pow((5.0 + written) / 6, Alpha);

    internal override bool TakesEnd(int rank, int beams) => true;

    internal override bool IsOver(double worst, double best, int written) => true;
}

/// <summary>
/// <c>log P / n^p</c> of n tokens, the first one counted and that of the end not, as Hugging Face's transformers scores; over when no continuation can beat the
/// ended texts at its present length.
/// </summary>
/// <param name="Power">The power of the length.</param>
/// <param name="Prompt">Tokens that were there before the first written one.</param>
public sealed record MeanScoring(double Power = 1, int Prompt = 1) : BeamScoring
{
    internal override double Score(double logProbability, int written, bool isEnded) => logProbability / Math.Pow(Prompt + written - (isEnded ? 1 : 0), Power);

    internal override bool TakesEnd(int rank, int beams) => rank < beams;

    internal override bool IsOver(double worst, double best, int written) => worst >= best / Math.Pow(Prompt + written, Power);
}
