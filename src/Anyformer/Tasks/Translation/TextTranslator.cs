using Anyformer.Data.Texts.Tokenization;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoding;
using Anyformer.Torch;

namespace Anyformer.Tasks.Translation;

/// <summary>How texts are translated.</summary>
/// <param name="Beams">Translations that are gone on with side by side; 1 takes the most probable token each time.</param>
/// <param name="LengthPenalty">How much longer translations are preferred by a beam search.</param>
/// <param name="BatchSize">Texts that are translated together.</param>
public sealed record TranslationSearch(int Beams = 1, double LengthPenalty = 0.6, int BatchSize = 64);

/// <summary>Translates texts by a model.</summary>
/// <param name="model">The model.</param>
/// <param name="from">What the ids of texts stand for.</param>
/// <param name="to">What the ids of translations stand for.</param>
/// <param name="tokens">Most tokens of a text; longer ones are cut off.</param>
/// <param name="device">Where the model is.</param>
public sealed class TextTranslator(SequenceToSequenceModel model, Tokenizer from, Tokenizer to, int tokens, Device device)
{
    /// <summary>The translations, in the order of the texts.</summary>
    public IReadOnlyList<string> Translate(IReadOnlyList<string> texts, TranslationSearch search)
    {
        var translations = new string[texts.Count];
        var ids = texts.Select(text => from.EncodeIds(text)).Select(text => text[..Math.Min(text.Length, tokens)]).ToArray();
        // Texts of like lengths end at about the same time.
        foreach (var batch in Enumerable.Range(0, texts.Count).OrderBy(text => ids[text].Length).Chunk(search.BatchSize))
            foreach (var (text, translation) in batch.Zip(Write([.. batch.Select(text => ids[text])], search)))
                translations[text] = to.Decode(translation);
        return translations;
    }

    private IReadOnlyList<IReadOnlyList<int>> Write(int[][] texts, TranslationSearch search)
    {
        using var scope = new TensorScope();
        var source = TranslationBatch.SourceOf(texts, from.Special, device);
        var (begin, end) = (to.Special.Begin!.Value, to.Special.End!.Value);
        return search.Beams > 1
            ? [.. new BeamSearch(search.Beams, tokens, end, new LengthPenaltyScoring(search.LengthPenalty)).Write(model, source, begin).Select(found => found[0].Tokens)]
            : new TextGenerator(new GenerationOptions { MaxTokens = tokens, Temperature = 0, EndTokens = [end] }).Generate(model, source, begin);
    }
}
