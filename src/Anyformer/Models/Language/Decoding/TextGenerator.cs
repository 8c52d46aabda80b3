using Anyformer.Torch;

namespace Anyformer.Models.Language.Decoding;

/// <summary>Goes on with texts, token after token. Prompts may have different lengths: a text that is still within its prompt takes its next token from there.</summary>
/// <param name="options">How.</param>
public sealed class TextGenerator(GenerationOptions options)
{
    /// <summary>Goes on with prompts by a language model. A text longer than the model takes goes on from its last tokens.</summary>
    /// <param name="model">The model.</param>
    /// <param name="mostTokens">Most tokens that the model takes at once.</param>
    /// <param name="prompts">The token ids of each prompt, at least one each.</param>
    /// <param name="written">Told every token that is written and the number of its text; false ends that text.</param>
    /// <param name="device">Where the model is.</param>
    /// <returns>What was written behind each prompt, with the token that ended it, if one did.</returns>
    /// <exception cref="UserException">A prompt is empty.</exception>
    public IReadOnlyList<IReadOnlyList<int>> Generate(
        LanguageModel model, int mostTokens, IReadOnlyList<IReadOnlyList<int>> prompts, Func<int, int, bool>? written = null, Device? device = null) =>
        Generate(() => TextReading.Of(model), mostTokens, prompts, written, device);

    /// <summary>Goes on with prompts. A text longer than the model takes goes on from its last tokens.</summary>
    /// <param name="begin">Begins to read texts by a language model.</param>
    /// <param name="mostTokens">Most tokens that the model takes at once.</param>
    /// <param name="prompts">The token ids of each prompt, at least one each.</param>
    /// <param name="written">Told every token that is written and the number of its text; false ends that text.</param>
    /// <param name="device">Where the model is.</param>
    /// <returns>What was written behind each prompt, with the token that ended it, if one did.</returns>
    /// <exception cref="UserException">A prompt is empty.</exception>
    public IReadOnlyList<IReadOnlyList<int>> Generate(
        Func<TextReading> begin, int mostTokens, IReadOnlyList<IReadOnlyList<int>> prompts, Func<int, int, bool>? written = null, Device? device = null)
    {
        if (prompts.Any(prompt => prompt.Count == 0))
            throw new UserException("A prompt is empty; expected at least one token to go on from.");
        // Reading half of what the model takes again leaves room for as much, so that most tokens are read once.
        var kept = Math.Max(1, mostTokens / 2);
        return Write(begin, mostTokens, kept, prompts, written, device ?? Device.Cpu);
    }

    /// <summary>Writes texts from others.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">The texts to write from.</param>
    /// <param name="begin">The token that every text begins with; it is not among what is returned.</param>
    /// <param name="written">Told every token that is written and the number of its text; false ends that text.</param>
    /// <returns>What was written, with the token that ended it, if one did.</returns>
    public IReadOnlyList<IReadOnlyList<int>> Generate(SequenceToSequenceModel model, TextInput source, int begin, Func<int, int, bool>? written = null)
    {
        var prompts = Enumerable.Range(0, (int)source.Tokens.Size(0)).Select(_ => (IReadOnlyList<int>)[begin]).ToList();
        return Write(() => TextReading.Of(model, source), int.MaxValue, 1, prompts, written, source.Tokens.Device);
    }

    private List<int>[] Write(
        Func<TextReading> begin, int window, int kept, IReadOnlyList<IReadOnlyList<int>> prompts, Func<int, int, bool>? written, Device device)
    {
        using var scope = new TensorScope();
        using var chooser = new TokenChooser(options);
        var shortest = prompts.Min(prompt => prompt.Count);
        List<int>[] texts = [.. prompts.Select(prompt => prompt.Take(shortest).ToList())];
        var ends = new int?[texts.Length];
        var reading = begin();
        try
        {
            var unread = shortest;
            while (ends.Contains(null))
            {
                if (reading.Length + unread > window)
                {
                    reading.Dispose();
                    (reading, unread) = (begin(), Math.Min(kept, texts[0].Count));
                }

                Advance(Next(reading, texts, unread, device, chooser), prompts, texts, ends, written);
                unread = 1;
            }
        }
        finally
        {
            reading.Dispose();
        }

        return [.. texts.Select((text, index) => text[prompts[index].Count..ends[index]!.Value])];
    }

    /// <summary>Reads the last tokens of the texts and chooses one more for each.</summary>
    private static long[] Next(TextReading reading, List<int>[] texts, int unread, Device device, TokenChooser chooser)
    {
        using var scope = new TensorScope();
        var ids = Tensor.From<long>([.. texts.SelectMany(text => text[^unread..]).Select(id => (long)id)]).View([texts.Length, unread]).To(device);
        return chooser.Choose(reading.Read(ids), texts);
    }

    private void Advance(long[] chosen, IReadOnlyList<IReadOnlyList<int>> prompts, List<int>[] texts, int?[] ends, Func<int, int, bool>? written)
    {
        for (var text = 0; text < texts.Length; text++)
        {
            var (place, prompt) = (texts[text].Count, prompts[text]);
            if (place < prompt.Count || ends[text] is not null)
            {
                // What stands behind the end of a text is cut off in the end.
                texts[text].Add(place < prompt.Count ? prompt[place] : 0);
                continue;
            }

            var token = (int)chosen[text];
            texts[text].Add(token);
            if (written?.Invoke(text, token) == false || options.EndTokens.Contains(token) || place + 1 - prompt.Count >= options.MaxTokens)
                ends[text] = place + 1;
        }
    }
}
