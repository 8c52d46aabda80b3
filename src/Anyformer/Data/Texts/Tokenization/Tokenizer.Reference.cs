using System.Text.Json;
using Anyformer.Data.Texts.Tokenization.Files;
using Anyformer.Parity;

namespace Anyformer.Data.Texts.Tokenization;

/// <summary>
/// Runs the cases of tokenizers: texts, pairs and cut pairs against Hugging Face's library, for <c>tokenizer.json</c> and for the vocabulary files
/// that it was made of, and texts against SentencePiece for its model files.
/// </summary>
[Reference("tokenizers")]
internal sealed class TokenizerReference : ExamplesAdapter
{
    /// <inheritdoc/>
    public override void Run(ParityExamples examples, ExamplesVerdict verdict)
    {
        string Path(string name) => System.IO.Path.Combine(examples.Folder, name);
        if (File.Exists(Path("tokenizer.json")))
            CompareAll("tokenizer.json", Tokenizer.Open(Path("tokenizer.json")), examples, verdict);
        if (File.Exists(Path("vocab.txt")))
            CompareAll("vocab.txt", WordPieces(Path("vocab.txt"), examples.Config), examples, verdict);
        if (File.Exists(Path("merges.txt")))
            CompareIds("merges.txt", BytePairs(Path("vocab.json"), Path("merges.txt"), examples.Config), examples, verdict);
        foreach (var model in new[] { "spiece.model", "tokenizer.model" }.Where(name => File.Exists(Path(name))))
            CompareSentencePiece(Path(model), examples, verdict);
    }

    private static Tokenizer WordPieces(string path, ReferenceConfig config) => TokenizerFiles.WithRoles(WordPieceFile.Read(path, new WordPieceRules(
        config.Bool("do_lower_case"), config.Has("strip_accents") ? config.Bool("strip_accents") : null, config.Bool("tokenize_chinese_chars", true))),
        TokenizerConfig.None);

    private static Tokenizer BytePairs(string vocabulary, string merges, ReferenceConfig config) => TokenizerFiles.WithRoles(
        BytePairFiles.Read(vocabulary, merges, config.Bool("add_prefix_space"), isRoberta: false), TokenizerConfig.None);

    private static void CompareAll(string name, Tokenizer tokenizer, ParityExamples examples, ExamplesVerdict verdict)
    {
        foreach (var (place, line) in examples.Of("lines").Index())
            CompareLine($"{name}, line {place}", tokenizer, line, verdict);
        foreach (var (place, pair) in examples.Of("pairs").Index())
            ComparePair($"{name}, pair {place}", tokenizer, pair, verdict);
        foreach (var (place, pair) in examples.Of("truncated").Index())
            CompareTruncated($"{name}, cut pair {place}", tokenizer, pair, verdict);
    }

    /// <summary>The two files do not say whether ranges are trimmed.</summary>
    private static void CompareIds(string name, Tokenizer tokenizer, ParityExamples examples, ExamplesVerdict verdict)
    {
        foreach (var (place, line) in examples.Of("lines").Index())
        {
            var ids = tokenizer.EncodeIds(line.GetProperty("text").GetString()!);
            Compare($"{name}, line {place}", "ids", line, ids, verdict);
            Compare($"{name}, line {place}", "decoded", line, tokenizer.Decode(ids), verdict);
        }
    }

    /// <summary>SentencePiece itself, and what the configuration of the case says of the model.</summary>
    private static void CompareSentencePiece(string path, ParityExamples examples, ExamplesVerdict verdict)
    {
        var tokenizer = Tokenizer.Open(path);
        foreach (var (key, id) in new[] { ("bos", tokenizer.Special.Begin), ("eos", tokenizer.Special.End), ("unk", tokenizer.Special.Unknown), ("pad", tokenizer.Special.Pad) })
            if (examples.Config.Has(key))
                verdict.Compare(key, $"{examples.Config.Int(key)}", $"{id}");
        if (examples.Config.Has("byte_fallback"))
            verdict.Compare("byte_fallback", $"{examples.Config.Bool("byte_fallback")}", $"{tokenizer.IdOf("<0x00>") is not null}");
        if (examples.Config.Has("extra_ids"))
            CompareExtraIds(examples, verdict);
        foreach (var (place, line) in examples.Of("lines").Index())
            CompareSentencePiece($"SentencePiece, line {place}", tokenizer, line, verdict);
    }

    /// <summary>T5's tokens behind those of its model are in <c>tokenizer.json</c> only.</summary>
    private static void CompareExtraIds(ParityExamples examples, ExamplesVerdict verdict)
    {
        var tokenizer = Tokenizer.Open(Path.Combine(examples.Folder, "tokenizer.json"));
        verdict.Compare("extra_ids", $"{examples.Config.Int("extra_ids")}",
            $"{Enumerable.Range(0, tokenizer.Count).Count(id => tokenizer.TokenOf(id)!.StartsWith("<extra_id_", StringComparison.Ordinal))}");
    }

    private static void CompareSentencePiece(string what, Tokenizer tokenizer, JsonElement line, ExamplesVerdict verdict)
    {
        if (!line.TryGetProperty("sentencepiece", out var expected))
            return;
        var encoded = tokenizer.Encode(line.GetProperty("text").GetString()!);
        Compare(what, "ids", expected, encoded.Ids, verdict);
        Compare(what, "pieces", expected, encoded.Tokens, verdict);
        Compare(what, "offsets", expected, Pairs(encoded.Offsets), verdict);
        Compare(what, "decoded", expected, tokenizer.Decode(encoded.Ids), verdict);
    }

    private static void CompareLine(string what, Tokenizer tokenizer, JsonElement line, ExamplesVerdict verdict)
    {
        var encoded = tokenizer.Encode(line.GetProperty("text").GetString()!);
        Compare(what, "ids", line, encoded.Ids, verdict);
        Compare(what, "tokens", line, encoded.Tokens, verdict);
        Compare(what, "offsets", line, Pairs(encoded.Offsets), verdict);
        Compare(what, "offsets_utf16", line, Pairs(encoded.Utf16Offsets), verdict);
        Compare(what, "decoded", line, tokenizer.Decode(encoded.Ids), verdict);
        Compare(what, "decoded_with_special", line, tokenizer.Decode(encoded.Ids, skipSpecial: false), verdict);
    }

    private static void ComparePair(string what, Tokenizer tokenizer, JsonElement pair, ExamplesVerdict verdict)
    {
        var encoded = tokenizer.Encode(pair.GetProperty("text").GetString()!, pair.GetProperty("pair").GetString());
        Compare(what, "ids", pair, encoded.Ids, verdict);
        Compare(what, "type_ids", pair, encoded.TypeIds, verdict);
        Compare(what, "offsets", pair, Pairs(encoded.Offsets), verdict);
        Compare(what, "special_tokens_mask", pair, encoded.SpecialTokensMask, verdict);
    }

    private static void CompareTruncated(string what, Tokenizer tokenizer, JsonElement pair, ExamplesVerdict verdict)
    {
        var length = pair.GetProperty("ids").GetArrayLength();
        var options = new EncodingOptions
        {
            Truncation = new Truncation(length),
            Padding = new Padding { Tokens = length, Id = tokenizer.Special.Pad ?? throw new UserException("The tokenizer has no token to fill up with.") },
        };
        var encoded = tokenizer.Encode(pair.GetProperty("text").GetString()!, pair.GetProperty("pair").GetString(), options);
        Compare(what, "ids", pair, encoded.Ids, verdict);
        Compare(what, "type_ids", pair, encoded.TypeIds, verdict);
        Compare(what, "attention_mask", pair, encoded.AttentionMask, verdict);
    }

    private static void Compare<T>(string what, string property, JsonElement example, T actual, ExamplesVerdict verdict)
    {
        if (example.TryGetProperty(property, out var expected))
            verdict.Compare($"{what}, {property}", JsonSerializer.Serialize(expected), JsonSerializer.Serialize(actual));
    }

    private static int[][] Pairs(TextRange[] ranges) => [.. ranges.Select(range => new[] { range.Start, range.End })];
}
