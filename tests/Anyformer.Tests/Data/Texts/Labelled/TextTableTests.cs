using System.IO.Compression;
using System.Text;
using Anyformer.Data.Texts.Labelled;

namespace Anyformer.Tests.Data.Texts.Labelled;

public sealed class TextTableTests : IDisposable
{
    private static readonly TextColumns s_columns = new("text", null, "label", null);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.csv", "label,text\nyes,\"one, \"\"two\"\"\nthree\"\nno , four \n")]
    [InlineData("b.csv", "text;label\n\"one, \"\"two\"\"\nthree\";yes\n four ; no\n")]
    [InlineData("c.jsonl", "{\"text\": \"one, \\\"two\\\"\\nthree\", \"label\": \"yes\"}\n\n{\"id\": 1, \"label\": \"no\", \"text\": \" four \"}\n")]
    public void RowsAreReadWhateverTheyAreWrittenIn(string name, string content)
    {
        LabelledText[] expected = [new("one, \"two\"\nthree", null, "yes"), new(" four ", null, "no")];
        Assert.Equal(expected, Read(name, content, s_columns));
    }

    [Fact]
    public void QuotesAreTextBetweenTabs() =>
        Assert.Equal([new LabelledText("he said \"no", "\"so\"", "1")], Read("a.tsv", "s1\ts2\tscore\nhe said \"no\t\"so\"\t1\n", new TextColumns("s1", "s2", "score", null)));

    [Fact]
    public void CompressedFilesAreTheSame()
    {
        using (var file = File.Create(_folder["a.csv.gz"]))
        using (var gzip = new GZipStream(file, CompressionMode.Compress))
            gzip.Write("text,label\nä,1\n"u8);
        Assert.Equal([new LabelledText("ä", null, "1")], TextTable.Read(_folder["a.csv.gz"], s_columns));
    }

    [Fact]
    public void NumbersAndTruthAreClassesOfJson() => Assert.Equal(["1", "true", ""],
        Read("a.ndjson", """
            {"text": "a", "label": 1}
            {"text": "b", "label": true}
            {"text": "c", "label": null}
            """, s_columns).Select(row => row.Label));

    [Theory]
    [InlineData("a.csv", "text\none\n", "there is no column 'label', it has text.")]
    [InlineData("a.csv", "text,label\none\n", "line 2 has 1 fields, expected 2 as in the header.")]
    [InlineData("a.csv", "text,label\n", "the table is empty, expected a row for every text.")]
    [InlineData("a.csv", "", "the table is empty, expected a row for every text.")]
    [InlineData("a.csv", "text,label\n\0", "this is binary data, expected delimited text.")]
    [InlineData("a.jsonl", "{\"text\": \"one\"}", "line 1 has no property 'label', it has text.")]
    [InlineData("a.jsonl", "[1]", "line 1 is Array, expected a JSON object.")]
    [InlineData("a.jsonl", "{", "line 1 is no JSON object.")]
    [InlineData("a.jsonl", "{\"text\": [], \"label\": \"1\"}", "'text' in line 1 is Array, expected a text or a number.")]
    [InlineData("a.jsonl", "{\"text\": \"\\ud800\", \"label\": \"1\"}", "line 1 is no text, it has half a surrogate pair.")]
    [InlineData("a.jsonl", "{\"\\udc00\": 1}", "line 1 is no text, it has half a surrogate pair.")]
    public void WhatIsNoTableOfTextsIsNamed(string name, string content, string sentence) =>
        Assert.Equal($"{_folder[name]}: {sentence}", Assert.Throws<UserException>(() => Read(name, content, s_columns)).Message);

    [Fact]
    public void OtherFilesAreRefused()
    {
        Assert.EndsWith("expected one that ends in .csv, .csv.gz, .tsv, .tsv.gz, .jsonl, .jsonl.gz, .ndjson, .ndjson.gz.",
            Assert.Throws<UserException>(() => Read("a.parquet", "PAR1", s_columns)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(_folder["a.csv"], [.. "text,label\n"u8, 0xff, (byte)',', (byte)'1']);
        Assert.Equal($"'{_folder["a.csv"]}' is no text in UTF-8.", Assert.Throws<UserException>(() => TextTable.Read(_folder["a.csv"], s_columns)).Message);
        File.WriteAllBytes(_folder["b.csv.gz"], Encoding.UTF8.GetBytes("text,label\n"));
        Assert.StartsWith($"'{_folder["b.csv.gz"]}' cannot be read (", Assert.Throws<UserException>(() => TextTable.Read(_folder["b.csv.gz"], s_columns)).Message, StringComparison.Ordinal);
    }

    private IReadOnlyList<LabelledText> Read(string name, string content, TextColumns columns)
    {
        File.WriteAllText(_folder[name], content);
        return TextTable.Read(_folder[name], columns);
    }
}
