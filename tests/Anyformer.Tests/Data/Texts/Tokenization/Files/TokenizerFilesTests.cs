using System.Text;
using System.Text.Json.Nodes;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Data.Texts.Tokenization.Training;
using Anyformer.Testing;
using FsCheck.Fluent;

namespace Anyformer.Tests.Data.Texts.Tokenization.Files;

public sealed class TokenizerFilesTests : IDisposable
{
    private static readonly string[] s_corpus = ["the cat sat on the mat", "the bat and the cat", "a cat's hat"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData("wordpiece-uncased")]
    [InlineData("byte-bpe-prefix-space")]
    [InlineData("unigram")]
    [InlineData("sp-bpe")]
    public void WhatIsSavedOpensAsTheSame(string kind)
    {
        var tokenizer = Tokenizer.Open(SharedFolder.Require($"parity/tokenizers/{kind}"));
        tokenizer.Save(_folder.Path);
        var opened = Tokenizer.Open(_folder.Path);
        Assert.Equal((tokenizer.Count, tokenizer.Special), (opened.Count, opened.Special));
        Property.Holds(TextGenerators.Any.Two(), texts => AssertSame(tokenizer, opened, texts.Item1, texts.Item2), runs: 60);
    }

    [SkippableTheory]
    [InlineData("unigram/spiece.model", "spiece.model")]
    [InlineData("sp-bpe/tokenizer.model", "tokenizer.model")]
    public void AModelFileIsSavedAsItIs(string path, string name)
    {
        var file = SharedFolder.Require($"parity/tokenizers/{path}");
        File.Copy(file, _folder["alone.model"]);
        Tokenizer.Open(_folder["alone.model"]).Save(_folder["saved"]);
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(_folder["saved"], name)));
    }

    [Fact]
    public void VocabularyFilesOpenAsWhatTheyAre()
    {
        Write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nB\n##c\n");
        Assert.Equal(["[CLS]", "a", "[UNK]", "B", "##c", "[SEP]"], Tokenizer.Open(_folder.Path).Encode("a b Bc").Tokens);
        Write("tokenizer_config.json", """{"do_lower_case": true}""");
        Assert.Equal(["[CLS]", "a", "[SEP]"], Tokenizer.Open(_folder["vocab.txt"]).Encode("A").Tokens);
        Write("vocab.json", """{"a": 0, "b": 1, "ab": 2, "<|endoftext|>": 3, "Ġ": 4}""");
        Write("merges.txt", "#version: 0.2\r\na b\r\n");
        Assert.Equal(["ab", "<|endoftext|>", "Ġ", "b"], Tokenizer.Open(_folder["merges.txt"]).Encode("ab<|endoftext|> b").Tokens);
        Write("tokenizer_config.json", """{"add_prefix_space": true, "pad_token": {"content": "b"}}""");
        Assert.Equal(["Ġ", "ab"], Tokenizer.Open(_folder.Path).Encode("ab").Tokens);
        Assert.Equal(new SpecialTokens { Pad = 1, Begin = 3, End = 3 }, Tokenizer.Open(_folder.Path).Special);
    }

    [Fact]
    public void RobertaHasTokensAroundItsTexts()
    {
        Write("vocab.json", """{"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "a": 4, "<mask>": 5, "Ġ": 6}""");
        Write("merges.txt", "");
        Write("tokenizer_config.json", """{"tokenizer_class": "RobertaTokenizerFast"}""");
        var encoded = Tokenizer.Open(_folder.Path).Encode("a <mask>", "a");
        Assert.Equal(["<s>", "a", " <mask>", "</s>", "</s>", "a", "</s>"], encoded.Tokens);
        Assert.Equal(new int[7], encoded.TypeIds);
    }

    [Theory]
    [InlineData("tokenizer.json", "", "cannot be read as JSON (")]
    [InlineData("tokenizer.json", "[1]", "the file is a list, expected an object with 'model'.")]
    [InlineData("tokenizer.json", """{"model": {"type": "Neural"}}""", "'model.type' is \"Neural\", expected BPE, WordPiece, WordLevel or Unigram.")]
    [InlineData("tokenizer.json", """{"model": {"type": "BPE", "vocab": {"a": "b"}, "merges": []}}""", "'model.vocab.a' is \"b\", expected an integer.")]
    [InlineData("tokenizer.json", """{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]}}""", "'model.merges[0]' is \"a\", expected two tokens.")]
    [InlineData("tokenizer.json", """{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a a"]}}""",
        "is no tokenizer: The vocabulary has no token 'aa', which a merge or the unknown token names.")]
    [InlineData("tokenizer.json", """{"model": {"type": "BPE", "vocab": {"a": 2000000000}, "merges": []}}""",
        "is no tokenizer: The token 'a' has the id 2000000000, expected 0 to about the number of tokens, 1.")]
    [InlineData("tokenizer.json", """{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "dropout": 0.1}}""",
        "'model.dropout' is 0.1, expected null: leaving out merges at random would give a text other tokens each time.")]
    [InlineData("tokenizer.json", """{"model": {"type": "Unigram", "vocab": [["a", 0]], "unk_id": 7}}""", "'model.unk_id' is 7, expected the place of one of the 1 tokens.")]
    [InlineData("tokenizer.json", """{"model": {"type": "WordLevel", "vocab": {}}, "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "("}, "behavior": "Isolated"}}""",
        "is no tokenizer: The regular expression '(' is not understood (")]
    [InlineData("tokenizer.json", """{"model": {"type": "WordLevel", "vocab": {}}, "padding": {"strategy": {"Fixed": 2000000000}}}""",
        "'padding.strategy.Fixed' is 2000000000, expected 0 to 16777216.")]
    [InlineData("tokenizer.json", """{"model": {"type": "WordLevel", "vocab": {}}, "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}], "pair": []}}""",
        "'post_processor.single[0].SpecialToken.id' is \"x\", expected one of the template's 'special_tokens'.")]
    [InlineData("vocab.txt", "a\nb", "is no vocabulary of WordPiece: it has no token [CLS].")]
    [InlineData("vocab.json", "{}", "belong together, and one of them is missing.")]
    [InlineData("spiece.model", "nothing", "is no SentencePiece model (")]
    [InlineData("tokenizer.model", "", "is no SentencePiece model: it has 0 pieces, and none for what is unknown.")]
    [InlineData("words.bin", "", "is no tokenizer by its name words.bin, expected one of ")]
    public void WhatIsWrongIsNamed(string name, string content, string message)
    {
        Write(name, content);
        var error = Assert.Throws<UserException>(() => Tokenizer.Open(_folder[name])).Message;
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Contains(_folder[name], error, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNotThereIsNamed()
    {
        Assert.Equal($"There is no tokenizer '{_folder["x"]}', expected a folder or a file.", Assert.Throws<UserException>(() => Tokenizer.Open(_folder["x"])).Message);
        Assert.StartsWith($"The folder '{_folder.Path}' has no tokenizer, expected one of tokenizer.json, ",
            Assert.Throws<UserException>(() => Tokenizer.Open(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileDamagedAnywhereOpensOrIsRefused()
    {
        TokenizerTrainer.TrainWordPieces(s_corpus, new TokenizerTrainingOptions { Vocabulary = 50 }).Save(_folder.Path);
        var whole = File.ReadAllBytes(_folder["tokenizer.json"]);
        File.Delete(_folder["tokenizer_config.json"]);
        Damage("tokenizer.json", whole, "\"{}[],:0a\\\0é".ToCharArray());
    }

    [Fact]
    public void ATextThatIsNoUnicodeIsRefused()
    {
        File.WriteAllBytes(_folder["tokenizer.json"], [.. "{\"model\": {\"type\": \""u8, 0xe9, .. "\"}}"u8]);
        Assert.EndsWith("is no Unicode, expected Unicode.", Assert.Throws<UserException>(() => Tokenizer.Open(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void AModelDamagedAnywhereOpensOrIsRefused() => Damage("tokenizer.model",
        File.ReadAllBytes(SharedFolder.Require("parity/tokenizers/sp-bpe/tokenizer.model")), [.. Enumerable.Range(0, 256).Select(value => (char)value)]);

    [SkippableFact]
    public void ACharacterMapDamagedAnywhereMapsOrIsRefused()
    {
        var whole = JsonNode.Parse(File.ReadAllText(SharedFolder.Require("parity/tokenizers/unigram/tokenizer.json")))!;
        var map = Convert.FromBase64String((string)whole["normalizer"]!["precompiled_charsmap"]!);
        var small = new JsonObject { ["model"] = JsonNode.Parse("""{"type": "Unigram", "vocab": [["<unk>", 0]], "unk_id": 0}""") };
        Property.Holds(Gen.Choose(0, 4096).Zip(Gen.Choose(0, 255)).ArrayOf(20), damages =>
        {
            var damaged = map.ToArray();
            foreach (var (place, value) in damages)
                damaged[place] = (byte)value;
            small["normalizer"] = new JsonObject { ["type"] = "Precompiled", ["precompiled_charsmap"] = Convert.ToBase64String(damaged) };
            Write("tokenizer.json", small.ToJsonString());
            OpensOrIsRefused("tokenizer.json");
        }, runs: 20);
    }

    private static void AssertSame(Tokenizer one, Tokenizer other, string text, string pair)
    {
        var (a, b) = (one.Encode(text, pair), other.Encode(text, pair));
        Assert.Equal(a.Ids, b.Ids);
        Assert.Equal(a.Offsets, b.Offsets);
        Assert.Equal(a.TypeIds, b.TypeIds);
        Assert.Equal(one.Decode(a.Ids), other.Decode(b.Ids));
    }

    private void Damage(string name, byte[] whole, char[] others) => Property.Holds(
        from count in Gen.Choose(1, 4)
        from places in Gen.Choose(0, whole.Length - 1).ArrayOf(count)
        from values in Gen.Elements(others).ArrayOf(count)
        from end in Gen.Choose(0, 3)
        select (places, values, end), damage =>
    {
        var damaged = whole.ToArray();
        for (var i = 0; i < damage.places.Length; i++)
            damaged[damage.places[i]] = (byte)damage.values[i];
        File.WriteAllBytes(_folder[name], damage.end == 0 ? damaged[..damage.places[0]] : damaged);
        OpensOrIsRefused(name);
    }, runs: 60);

    private void OpensOrIsRefused(string name)
    {
        try
        {
            var tokenizer = Tokenizer.Open(_folder[name]);
            tokenizer.Decode(tokenizer.Encode("the cat's \u0301 中 🍌 <s> [CLS]", "mat").Ids, skipSpecial: false);
        }
        catch (UserException error)
        {
            Assert.DoesNotContain('\n', error.Message.ReplaceLineEndings("\n").TrimEnd());
        }
    }

    private void Write(string name, string content) => File.WriteAllText(_folder[name], content, new UTF8Encoding(false));
}
