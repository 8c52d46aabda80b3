using Anyformer.Data.Texts.Tokenization.Models;

namespace Anyformer.Data.Texts.Tokenization.Files;

/// <summary>Reads the section <c>model</c> of a <c>tokenizer.json</c>.</summary>
internal static class ModelSection
{
    /// <summary>The model.</summary>
    internal static TokenModel Read(JsonSection section) => Kind(section) switch
    {
        "BPE" => BytePairs(section),
        "WordPiece" => new WordPiece(VocabularyOf(section), section["unk_token"]?.Text ?? "[UNK]", section["continuing_subword_prefix"]?.Text ?? "##",
            section["max_input_chars_per_word"]?.Integer ?? 100),
        "WordLevel" => new WordLevel(VocabularyOf(section), section["unk_token"]?.Text ?? "<unk>"),
        "Unigram" => Unigrams(section),
        _ => throw section.Required("type").Wrong("BPE, WordPiece, WordLevel or Unigram"),
    };

    /// <summary>Files of old name no kind: it shows in what they have.</summary>
    private static string Kind(JsonSection section) => section["type"]?.Text
        ?? (section["merges"] is not null ? "BPE" : section["vocab"] is { IsList: true } ? "Unigram"
            : section["continuing_subword_prefix"] is not null ? "WordPiece" : "WordLevel");

    private static Vocabulary VocabularyOf(JsonSection section) =>
        new(section.Required("vocab").Members.Select(entry => (entry.Name, entry.Value.Integer)));

    private static BytePairEncoding BytePairs(JsonSection section)
    {
        if (section["dropout"] is { } dropout && dropout.Number != 0)
            throw dropout.Wrong("null: leaving out merges at random would give a text other tokens each time");
        return new BytePairEncoding(VocabularyOf(section), section.Required("merges").Items.Select(Pair), new BytePairOptions
        {
            Unknown = section["unk_token"]?.Text,
            ContinuingPrefix = section["continuing_subword_prefix"]?.Text,
            EndSuffix = section["end_of_word_suffix"]?.Text,
            FusesUnknown = section["fuse_unk"]?.Flag ?? false,
            ByteFallback = section["byte_fallback"]?.Flag ?? false,
            IgnoresMerges = section["ignore_merges"]?.Flag ?? false,
        });
    }

    private static (string Left, string Right) Pair(JsonSection merge)
    {
        string[] parts = merge.IsText ? merge.Text.Split(' ') : [.. merge.Items.Select(item => item.Text)];
        return parts is [var left, var right] ? (left, right) : throw merge.Wrong("two tokens");
    }

    private static UnigramModel Unigrams(JsonSection section)
    {
        (string Token, double Score)[] pieces = [.. section.Required("vocab").Items.Select(item =>
            item.Items.ToArray() is [var token, var score] ? (token.Text, score.Number) : throw item.Wrong("a token and its score"))];
        var unknown = section["unk_id"]?.Integer;
        return unknown is null || (uint)unknown < (uint)pieces.Length
            ? new UnigramModel(pieces, unknown, section["byte_fallback"]?.Flag ?? false)
            : throw section.Required("unk_id").Wrong($"the place of one of the {pieces.Length} tokens");
    }
}
