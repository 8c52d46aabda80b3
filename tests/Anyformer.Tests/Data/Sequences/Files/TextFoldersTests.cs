using System.Text;
using Anyformer.Data.Sequences;
using Anyformer.Data.Sources;

namespace Anyformer.Tests.Data.Sequences.Files;

public sealed class TextFoldersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ClassesAreTheFoldersThatBothPartsHave()
    {
        foreach (var name in new[] { "train/neg/0_2", "train/pos/0_9", "train/unsup/0_0", "test/neg/1_1", "test/pos/1_10" })
            Write($"imdb/{name}.txt", $"text of {name}");
        var data = new TextTask { ValidationShare = 0, Tokens = 64 }.Load(new DataStore([_folder.Path], _folder["downloads"]));
        Assert.Equal(2, data.Classes);
        string Text(int label) => Encoding.UTF8.GetString(Enumerable.Range(0, 2).Select(i => data.Train[i]).Single(sample => sample.Label == label).Symbols);
        Assert.Equal(("text of train/neg/0_2", "text of train/pos/0_9"), (Text(0), Text(1)));
    }

    [Fact]
    public void OneClassIsTooFew()
    {
        Write("train/pos/a.txt", "a");
        Write("test/pos/a.txt", "a");
        Assert.Equal($"The folders '{_folder["train"]}' and '{_folder["test"]}' have 1 classes in common, expected a folder for each of two at least.",
            Assert.Throws<UserException>(() => new TextTask { Folder = _folder.Path }.Load(new DataStore([], _folder["downloads"]))).Message);
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllText(_folder[name], text);
    }
}
