using Anyformer.Data.Texts.Tokenization;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoding;
using Anyformer.Torch;

namespace Anyformer.Tasks.Language;

/// <summary>How texts are gone on with.</summary>
public sealed record ContinuationSettings
{
    /// <summary>How tokens are chosen.</summary>
    public GenerationOptions Generation { get; init; } = new();

    /// <summary>Strings that end a text; they are not part of it.</summary>
    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>Whether the token of the end, where the vocabulary has one, does not end a text.</summary>
    public bool IgnoresEnd { get; init; }
}

/// <summary>Goes on with texts by a language model.</summary>
/// <param name="model">The model.</param>
/// <param name="tokenizer">What its ids stand for.</param>
/// <param name="mostTokens">Most tokens that the model takes at once.</param>
/// <param name="device">Where the model is.</param>
public sealed class TextContinuation(LanguageModel model, Tokenizer tokenizer, int mostTokens, Device device)
{
    /// <summary>What follows each prompt.</summary>
    /// <param name="prompts">The beginnings of the texts; an empty one begins with the token of the beginning.</param>
    /// <param name="settings">How.</param>
    /// <param name="written">Told every piece of a text as it is written, with the number of the text.</param>
    /// <exception cref="UserException">A prompt is empty and the vocabulary has no token of the beginning, or has a character that the vocabulary lacks.</exception>
    public IReadOnlyList<string> Write(IReadOnlyList<string> prompts, ContinuationSettings settings, Action<int, string>? written = null)
    {
        var texts = prompts.Select(_ => new OpenText(tokenizer.Stream(), new StopText(settings.Stops))).ToArray();
        var ends = settings.IgnoresEnd || tokenizer.Special.End is not { } end ? settings.Generation : settings.Generation with { EndTokens = [.. settings.Generation.EndTokens, end] };
        new TextGenerator(ends).Generate(model, mostTokens, [.. prompts.Select(Ids)], (text, token) =>
        {
            if (!ends.EndTokens.Contains(token))
                texts[text].Take(texts[text].Stream.Add(token), piece => written?.Invoke(text, piece));
            return !texts[text].Stop.IsOver;
        }, device);
        foreach (var (index, text) in texts.Index())
        {
            text.Take(text.Stream.Finish(), piece => written?.Invoke(index, piece));
            text.Pass(text.Stop.Finish(), piece => written?.Invoke(index, piece));
        }

        return [.. texts.Select(text => text.Written)];
    }

    private int[] Ids(string prompt)
    {
        var ids = tokenizer.EncodeIds(prompt);
        int[] begin = tokenizer.Special.Begin is { } first ? [first] : [];
        return ids.Length > 0 ? ids : begin.Length > 0 ? begin
            : throw new UserException("A prompt is empty; this model has no token that begins a text, so expected at least one character to go on from.");
    }

    private sealed class OpenText(TextStream stream, StopText stop)
    {
        internal TextStream Stream { get; } = stream;

        internal StopText Stop { get; } = stop;

        internal string Written { get; private set; } = "";

        internal void Take(string piece, Action<string> written) => Pass(Stop.Add(piece), written);

        internal void Pass(string piece, Action<string> written)
        {
            if (piece.Length == 0)
                return;
            Written += piece;
            written(piece);
        }
    }
}
