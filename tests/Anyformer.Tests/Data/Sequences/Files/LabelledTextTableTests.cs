using System.Text;
using Anyformer.Data.Sequences;
using Anyformer.Data.Sources;

namespace Anyformer.Tests.Data.Sequences.Files;

public sealed class LabelledTextTableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TextsAreBytesAndCutToTheirLength()
    {
        Write("train.tsv", "0\tbad\n1.0\tquite\tgood\r\n1\tüber\n0\t");
        Write("test.tsv", "1\tfine\n0\tpoor\n");
        var data = new TextTask { Folder = _folder.Path, ValidationShare = 0, Tokens = 16 }.Load(Store);
        Assert.Equal((257, 1, 2, 16), (data.Vocabulary, data.FirstToken, data.Classes, data.Tokens));
        Assert.Equal(["0 ", "0 bad", "1 quite\tgood", "1 über"], Texts(data.Train));
        Assert.Equal(["0 poor", "1 fine"], Texts(data.Test));
        Assert.Same(data.Test, data.Validation);
        Assert.Equal(0.5, data.MajorityShare);
        Write("train.tsv", $"0\t{new string('x', 40)}\n");
        Assert.Equal(16, new TextTask { Folder = _folder.Path, ValidationShare = 0, Tokens = 16 }.Load(Store).Train[0].Symbols.Length);
    }

    [Fact]
    public void APartIsHeldOutWhenThereIsNone()
    {
        Write("train.tsv", string.Concat(Enumerable.Range(0, 20).Select(i => $"{i % 2}\ttext {i}\n")));
        Write("test.tsv", "0\ta\n1\tb\n1\tc\n");
        var data = new TextTask { Folder = _folder.Path, ValidationShare = 0.25, Test = 2 }.Load(Store);
        Assert.Equal((15, 5, 2), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Equal(20, Texts(data.Train).Concat(Texts(data.Validation)).Distinct().Count());
        Write("valid.tsv", "1\tz\n");
        Assert.Equal(["1 z"], Texts(new TextTask { Folder = _folder.Path }.Load(Store).Validation));
    }

    [Fact]
    public void PairsAreReadAsTheyArePublished()
    {
        foreach (var part in new[] { "train", "eval", "test" })
            Write($"new_aan_pairs.{part}.tsv", $"1.0\tA00-1001\tB00-2\tfirst {part}\tsecond\n0.0\tA\tB\t\tonly\n");
        var data = new RetrievalTask { Folder = _folder.Path, Tokens = 20 }.Load(Store);
        Assert.True(data.Pairs);
        var sample = Enumerable.Range(0, 2).Select(i => data.Test[i]).Single(sample => sample.Label == 1);
        Assert.Equal(("first test", "second"), (Encoding.UTF8.GetString(sample.Symbols), Encoding.UTF8.GetString(sample.Second!)));
        Assert.Equal(2, data.Validation.Count);
    }

    [Theory]
    [InlineData("good\ttext\n", "line 1 begins with 'good', expected a class from 0 on.")]
    [InlineData("0\ta\n-1\tb\n", "line 2 begins with '-1', expected a class from 0 on.")]
    [InlineData("0\ta\n\n", "line 2 has 1 fields, expected a label, a tab and a text.")]
    [InlineData("", "the file is empty, expected a line for every sample.")]
    public void AMistakeIsNamedWithItsLine(string content, string sentence)
    {
        Write("train.tsv", content);
        Write("test.tsv", "0\ta\n");
        Assert.Equal($"{_folder["train.tsv"]}: {sentence}", Assert.Throws<UserException>(() => new TextTask { Folder = _folder.Path }.Load(Store)).Message);
    }

    [Fact]
    public void ATableOfOneTextIsNoTableOfPairs()
    {
        Write("train.tsv", "0\ta\n");
        Assert.Equal($"{_folder["train.tsv"]}: line 1 has 2 fields, expected a label, two ids and two texts between tabs.",
            Assert.Throws<UserException>(() => new RetrievalTask { Folder = _folder.Path }.Load(Store)).Message);
    }

    [Fact]
    public void AFolderThatIsNotThereIsNamed() => Assert.Equal(
        "The retrieval task reads its samples from files, and there is no folder 'aan' in the data folders; docs/long-range.md says what it must hold.",
        Assert.Throws<UserException>(() => new RetrievalTask().Load(Store)).Message);

    private DataStore Store => new([_folder.Path], _folder["downloads"]);

    private void Write(string name, string text) => File.WriteAllText(_folder[name], text);

    private static IEnumerable<string> Texts(SequenceSamples samples) => Enumerable.Range(0, samples.Count)
        .Select(i => $"{samples[i].Label} {Encoding.UTF8.GetString(samples[i].Symbols)}").Order(StringComparer.Ordinal);
}
