using System.Text.Json.Nodes;
using Anyformer.Parity;

namespace Anyformer.Tests.Parity;

public sealed class ParityExamplesTests
{
    [SkippableTheory]
    [InlineData("byte-bpe", "1648 values")]
    [InlineData("unigram", "2052 values")]
    [InlineData("wordpiece-uncased", "2556 values")]
    public void AgreesWithTheLibrariesOfOthers(string kind, string compared)
    {
        using var copy = new CopiedCase($"tokenizers/{kind}");
        Assert.Equal(new ParityOutcome(copy.Path, "tokenizers", true, 0, compared), copy.Verify());
    }

    [SkippableTheory]
    [InlineData("lines", "ids", "[1]")]
    [InlineData("lines", "tokens", "[\"x\"]")]
    [InlineData("lines", "offsets", "[[0, 0]]")]
    [InlineData("lines", "offsets_utf16", "[[0, 0]]")]
    [InlineData("lines", "decoded", "\"x\"")]
    [InlineData("pairs", "type_ids", "[1]")]
    [InlineData("pairs", "special_tokens_mask", "[1]")]
    [InlineData("truncated", "ids", "[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]")]
    [InlineData("truncated", "attention_mask", "[1]")]
    public void AWrongValueFails(string kind, string property, string value)
    {
        using var copy = new CopiedCase("tokenizers/wordpiece-cased");
        File.Delete(copy["vocab.txt"]);
        Edit(copy, root => root[kind]![2]![property] = JsonNode.Parse(value));
        // Without the vocabulary the configuration is not needed.
        Edit(copy, root => root["config"] = new JsonObject());
        var outcome = copy.Verify();
        Assert.Equal((false, null), (outcome.Passed, outcome.LargestError));
        Assert.StartsWith("1 of ", outcome.Message, StringComparison.Ordinal);
        Assert.Contains($", {property} differs: ", outcome.Message, StringComparison.Ordinal);
        Assert.EndsWith($", expected {JsonNode.Parse(value)!.ToJsonString()}", outcome.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void AWrongPieceFails()
    {
        using var copy = new CopiedCase("tokenizers/sp-bpe");
        Edit(copy, root => root["lines"]![0]!["sentencepiece"]!["pieces"]![0] = "x");
        Assert.StartsWith("1 of 2052 values: SentencePiece, line 0, pieces differs: ", copy.Verify().Message, StringComparison.Ordinal);
        Edit(copy, root => root["config"]!["bos"] = 7);
        Assert.StartsWith("2 of 2052 values: bos differs: 1, expected 7; ", copy.Verify().Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void TheConfigurationIsReadWholeAndTheSystemKnown()
    {
        using var copy = new CopiedCase("tokenizers/byte-bpe");
        Edit(copy, root => root["config"]!["dropout"] = 0.1);
        Assert.Equal("1 of 1648 values: the configuration keys dropout are not understood", copy.Verify().Message);
        Edit(copy, root => root["system"] = "nonsuch");
        Assert.Equal(new ParityOutcome(copy.Path, "nonsuch", false, null, "the catalog knows no system 'nonsuch'"), copy.Verify());
        File.WriteAllText(copy["cases.json"], "{");
        Assert.StartsWith($"The case {copy["cases.json"]} cannot be read: ", copy.Verify().Message, StringComparison.Ordinal);
    }

    private static void Edit(CopiedCase copy, Action<JsonNode> edit)
    {
        var root = JsonNode.Parse(File.ReadAllText(copy["cases.json"]))!;
        edit(root);
        File.WriteAllText(copy["cases.json"], root.ToJsonString());
    }
}
