using Anyformer.Data.Texts.Tokenization;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoding;
using Anyformer.Models.Language.Pretrained;
using Anyformer.Modules;
using Anyformer.Tasks.Translation;
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

/// <summary>Goes on with texts by a language model, or writes texts from them by a model that does that.</summary>
public sealed class TextContinuation
{
    private readonly Func<TextGenerator, IReadOnlyList<string>, Func<int, int, bool>, IReadOnlyList<IReadOnlyList<int>>> _generate;
    private readonly Tokenizer _writing;

    /// <summary>Goes on with texts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">What its ids stand for.</param>
    /// <param name="mostTokens">Most tokens that the model takes at once.</param>
    /// <param name="device">Where the model is.</param>
    /// <param name="begin">The token that stood before every text that the model learnt from; null for none.</param>
    /// <param name="read">Begins to read prompts as the model learnt to; null to read token after token.</param>
    public TextContinuation(LanguageModel model, Tokenizer tokenizer, int mostTokens, Device device, int? begin = null, Func<LanguageModel, TextReading>? read = null)
    {
        (_writing, GoesOn) = (tokenizer, true);
        int[] Prompt(string text) => begin is { } first ? [first, .. tokenizer.EncodeIds(text)] : Ids(text, tokenizer);
        _generate = (generator, prompts, written) => generator.Generate(() => (read ?? TextReading.Of)(model), mostTokens, [.. prompts.Select(Prompt)], written, device);
    }

    /// <summary>Writes texts from others.</summary>
    /// <param name="model">The model.</param>
    /// <param name="from">What the ids of texts stand for; it has tokens of padding and the end.</param>
    /// <param name="to">What the ids of what is written stand for; it has tokens of the beginning and the end.</param>
    /// <param name="device">Where the model is.</param>
    public TextContinuation(SequenceToSequenceModel model, Tokenizer from, Tokenizer to, Device device)
    {
        _writing = to;
        _generate = (generator, prompts, written) =>
        {
            using var scope = new TensorScope();
            var source = TranslationBatch.SourceOf([.. prompts.Select(from.EncodeIds)], from.Special, device);
            return generator.Generate(model, source, to.Special.Begin!.Value, written);
        };
    }

    /// <summary>Whether what is written goes on with its prompt, instead of being a text of its own.</summary>
    public bool GoesOn { get; }

    /// <summary>Opens the best checkpoint of a run, or a model as Hugging Face's tools keep it.</summary>
    /// <exception cref="UserException">The folder holds neither, a run that has not validated yet, or what writes no texts.</exception>
    public static TextContinuation Open(string folder, Device device, FrozenPrecision precision = FrozenPrecision.Float32) =>
        PretrainedModel.IsFolderOf<SequenceToSequenceModel>(folder)
            ? TrainedTranslator.Open(folder, device, precision).Continuation
            : TrainedTextModel.Open(folder, device, precision).Continuation;

    /// <summary>What follows each prompt.</summary>
    /// <param name="prompts">The beginnings of the texts; an empty one begins with the token of the beginning.</param>
    /// <param name="settings">How.</param>
    /// <param name="written">Told every piece of a text as it is written, with the number of the text.</param>
    /// <exception cref="UserException">A prompt is empty and the vocabulary has no token of the beginning, or has a character that the vocabulary lacks.</exception>
    public IReadOnlyList<string> Write(IReadOnlyList<string> prompts, ContinuationSettings settings, Action<int, string>? written = null)
    {
        var texts = prompts.Select(_ => new OpenText(_writing.Stream(), new StopText(settings.Stops))).ToArray();
        var ends = settings.IgnoresEnd || _writing.Special.End is not { } end ? settings.Generation : settings.Generation with { EndTokens = [.. settings.Generation.EndTokens, end] };
        _ = _generate(new TextGenerator(ends), prompts, (text, token) =>
        {
            if (!ends.EndTokens.Contains(token))
                texts[text].Take(texts[text].Stream.Add(token), piece => written?.Invoke(text, piece));
            return !texts[text].Stop.IsOver;
        });
        foreach (var (index, text) in texts.Index())
        {
            text.Take(text.Stream.Finish(), piece => written?.Invoke(index, piece));
            text.Pass(text.Stop.Finish(), piece => written?.Invoke(index, piece));
        }

        return [.. texts.Select(text => text.Written)];
    }

    private static int[] Ids(string prompt, Tokenizer tokenizer)
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
