using System.IO.Compression;
using System.Text;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Models.Language.Decoding;
using Anyformer.Tasks.Language;
using Anyformer.Tests.Training;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks.Language;

[Collection(DefaultGenerator.Name)]
public sealed class LanguageRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ATextThatRepeatsItselfIsLearnt()
    {
        var run = Open("text.txt", LanguageRuns.Repeated(2000), "training.max-steps=60");
        var before = run.Evaluate()[LanguageErrors.ValidationLoss];
        Assert.InRange(before, 1, 6);
        Assert.True(run.Train(resume: false, new Watcher(), CancellationToken.None).Finished);
        var errors = run.Evaluate();
        Assert.InRange(errors[LanguageErrors.ValidationLoss], 0, 0.1);
        Assert.Equal(Math.Exp(errors[LanguageErrors.ValidationLoss]), errors["perplexity"], 1e-12);
        // Two of the five characters are two bytes long.
        Assert.Equal(errors[LanguageErrors.ValidationLoss] / Math.Log(2) / 1.4, errors[LanguageErrors.BitsPerByte], 0.01);
    }

    [Fact]
    public void BlocksThatAreComputedAgainLearnTheSame()
    {
        double Loss(string recompute)
        {
            var run = Open("text.txt", LanguageRuns.Repeated(2000), "training.max-steps=10", "model.options.dropout=0.2", $"training.recompute={recompute}");
            run.Train(resume: false, new Watcher(), CancellationToken.None);
            Directory.Delete(run.Folder, recursive: true);
            return run.Evaluate()[LanguageErrors.ValidationLoss];
        }

        Assert.Equal(Loss("none"), Loss("blocks"), 1e-6);
    }

    [Theory]
    [InlineData("byte", 7, 256)]
    [InlineData("{kind: file, path: run}", 5, 5)]
    public void TokensAreWhatTheRecipeSays(string tokenizer, double tokensOfFive, int count)
    {
        Tokenizer.OfCharacters("abcäö").Save(_folder["run"]);
        var run = Open("text.txt", LanguageRuns.Repeated(2000), $"data.tokenizer={tokenizer.Replace("run", _folder["run"], StringComparison.Ordinal)}", "training.max-steps=2");
        Assert.Equal(count, run.Data.Tokenizer.Count);
        Assert.Equal(360 * tokensOfFive, run.Data.Train.Length, 3.0);
        Assert.Equal(280, run.Data.ValidationBytes);
        var errors = run.Evaluate();
        Assert.Equal(errors[LanguageErrors.ValidationLoss] / Math.Log(2) * run.Data.Validation.Length / 280, errors[LanguageErrors.BitsPerByte], 1e-12);
    }

    [Fact]
    public void ARunKeepsItsTokenizer()
    {
        var text = string.Concat(Enumerable.Repeat("abc ä ", 100));
        var run = Open("text.txt", text, "data.tokenizer={kind: bpe, vocabulary: 300}", "training.max-steps=2");
        Assert.Equal([" abc", " ä"], run.Data.Tokenizer.Encode(" abc ä").Ids.Select(id => run.Data.Tokenizer.Decode([id])));
        run.Train(resume: false, new Watcher(), CancellationToken.None);
        Assert.Equal(run.Data.Train, Tokenizer.Open(run.Folder).EncodeIds(text[..540]));
        // A run that goes on has the tokens that it began with.
        Tokenizer.OfCharacters("abcä x").Save(run.Folder);
        Assert.Equal(6, Open("text.txt", text).Data.Tokenizer.Count);
    }

    [Fact]
    public void ACompressedTextIsTheSame()
    {
        var plain = Open("text.txt", LanguageRuns.Repeated(300)).Data;
        using (var file = File.Create(_folder["text.txt.gz"]))
        using (var gzip = new GZipStream(file, CompressionMode.Compress))
            gzip.Write(Encoding.UTF8.GetBytes(LanguageRuns.Repeated(300)));
        var compressed = OpenPath(_folder["text.txt.gz"]).Data;
        Assert.Equal(plain.Train, compressed.Train);
        Assert.Equal(plain.Validation, compressed.Validation);
    }

    [Fact]
    public void AFolderWithOneTextIsThatText()
    {
        Directory.CreateDirectory(_folder["mine"]);
        File.WriteAllText(Path.Combine(_folder["mine"], "a.txt"), LanguageRuns.Repeated(300));
        Assert.Equal(270, OpenPath("mine").Data.Train.Length);
        File.WriteAllText(Path.Combine(_folder["mine"], "b.txt"), "b");
        Assert.EndsWith("has 2 texts, name one of them: a.txt, b.txt.", Assert.Throws<UserException>(() => OpenPath("mine")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatCannotBeLearntFromIsNamed()
    {
        Assert.Equal("There is no text 'nothing': expected a file, or a folder with one.", Assert.Throws<UserException>(() => OpenPath("nothing")).Message);
        Assert.EndsWith("has 40 tokens; with windows of 8, each of its two parts needs more than that.",
            Assert.Throws<UserException>(() => Open("short.txt", LanguageRuns.Repeated(40))).Message, StringComparison.Ordinal);
        File.WriteAllBytes(_folder["binary.txt"], [0x41, 0xff, 0x41]);
        Assert.EndsWith("binary.txt' is no text in UTF-8.", Assert.Throws<UserException>(() => OpenPath(_folder["binary.txt"])).Message, StringComparison.Ordinal);
        File.WriteAllBytes(_folder["broken.txt.gz"], [0x1f, 0x8b, 8, 0]);
        Assert.Contains("broken.txt.gz", Assert.Throws<UserException>(() => OpenPath(_folder["broken.txt.gz"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DocumentsAreLearntApart()
    {
        const string bpe = "data.tokenizer={ kind: bpe, vocabulary: 262 }";
        var text = string.Concat(Enumerable.Repeat("ab\ncbca\nca\n", 40));
        var run = Open("text.txt", text, bpe, "data.documents={ separator: \"\\n\" }", "training.max-steps=80", "training.schedule=constant");
        var end = run.Data.Tokenizer.Special.End!.Value;
        Assert.Equal(end, run.Data.DocumentEnd);
        Assert.Equal((end, end, 109, 13), (run.Data.Train[0], run.Data.Train[^1], run.Data.Train.Count(id => id == end), run.Data.Validation.Count(id => id == end)));
        // The last tenth of the characters, in whole documents.
        Assert.Equal(32, run.Data.ValidationBytes);
        run.Train(resume: false, new Watcher(), CancellationToken.None);
        var errors = run.Evaluate();
        // What is asked for begins as documents do, and ends where they end.
        var settings = new ContinuationSettings { Generation = new GenerationOptions { MaxTokens = 9, Temperature = 0 } };
        Assert.Equal("bca", TextContinuation.Open(_folder["run"], Device.Cpu).Write(["c"], settings)[0]);
        Assert.Contains(TextContinuation.Open(_folder["run"], Device.Cpu).Write([""], settings)[0], new[] { "ab", "cbca", "ca" });
        // Which of three documents comes next cannot be told: log 3 a document and nothing else, over 3.67 tokens each.
        Assert.InRange(errors[LanguageErrors.ValidationLoss], 0.2, 0.5);
        Assert.Equal(errors[LanguageErrors.ValidationLoss] / Math.Log(2) * run.Data.Validation.Length / 32, errors[LanguageErrors.BitsPerByte], 1e-12);
    }

    [Fact]
    public void EachFileOfAFolderMayBeADocument()
    {
        Directory.CreateDirectory(_folder["mine"]);
        foreach (var name in new[] { "a", "b", "c" })
            File.WriteAllText(Path.Combine(_folder["mine"], $"{name}.txt"), string.Concat(Enumerable.Repeat($"{name} ", 20)));
        var data = OpenPath("mine", "data.tokenizer={ kind: words, least-count: 1 }", "data.documents={ }").Data;
        Assert.Equal((43, 22, 40), (data.Train.Length, data.Validation.Length, data.ValidationBytes));
        Assert.Equal("Documents need a tokenizer with a token for their end; choose bpe or words, or one that has it.",
            Assert.Throws<UserException>(() => OpenPath("mine", "data.documents={ }")).Message);
        Assert.Equal($"'{_folder["mine/a.txt"]}' has 1 documents, expected one at least to learn from and one to validate.",
            Assert.Throws<UserException>(() => OpenPath(_folder["mine/a.txt"], "data.documents={ }")).Message);
    }

    [Fact]
    public void WhatFollowsAPrefixIsLearnt()
    {
        var run = Open("text.txt", LanguageRuns.Repeated(2000), "prefix={ least: 0.25, most: 0.75 }", "training.max-steps=60");
        run.Train(resume: false, new Watcher(), CancellationToken.None);
        var errors = run.Evaluate();
        Assert.InRange(errors[LanguageErrors.ValidationLoss], 0, 0.1);
        Assert.Equal("öabc", TextContinuation.Open(_folder["run"], Device.Cpu).Write(["abcä"], new ContinuationSettings { Generation = new GenerationOptions { MaxTokens = 4, Temperature = 0 } })[0]);
        Assert.Equal(double.NaN, errors[LanguageErrors.BitsPerByte]);
        Assert.Equal("The tokens of a masked language model see each other anyway, so it takes no prefix.",
            Assert.Throws<UserException>(() => Open("other.txt", LanguageRuns.Repeated(2000), "prefix={}", "model={ id: encoder, preset: small }")).Message);
        Assert.Equal("The model 'transformer-xl-model' decides by itself which tokens see each other, so it takes neither a prefix nor documents side by side.",
            Assert.Throws<UserException>(() => Open("other.txt", LanguageRuns.Repeated(2000), "prefix={}", "model={ id: transformer-xl-model, preset: small }")).Message);
        Assert.Contains("least is 0.5 and most 0.2; expected no more than that",
            Assert.Throws<UserException>(() => Open("other.txt", LanguageRuns.Repeated(2000), "prefix={ least: 0.5, most: 0.2 }")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheRecipeSaysEveryPart()
    {
        var text = Open("text.txt", LanguageRuns.Repeated(300), "model.options.norm=rms", "model.options.position=rotary").Recipe.ToDocument().ToYaml();
        Assert.Contains("rms-norm", text, StringComparison.Ordinal);
        Assert.Contains("kind: rope", text, StringComparison.Ordinal);
    }

    private LanguageRun Open(string name, string text, params string[] set)
    {
        File.WriteAllText(_folder[name], text);
        return OpenPath(_folder[name], set);
    }

    private LanguageRun OpenPath(string source, params string[] set) => LanguageRuns.Open(_folder, "run", $$"""
        task: language
        model: { id: decoder, options: { width: 16, heads: 2, feed-forward-width: 32, layers: { count: 1 } } }
        data: { source: '{{source}}', tokens: 8 }
        training: { optimizer: adamw, learning-rate: 0.01, batch-size: 16, epochs: 100, patience: null }
        """, set);
}
