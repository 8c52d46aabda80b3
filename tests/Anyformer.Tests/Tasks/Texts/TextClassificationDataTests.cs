using Anyformer.Data.Sources;
using Anyformer.Data.Texts.Labelled;
using Anyformer.Recipes;

namespace Anyformer.Tests.Tasks.Texts;

public sealed class TextClassificationDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ShareOfEveryClassAreHeldOut()
    {
        Write("all.csv", "text,label\n" + string.Concat(Enumerable.Range(0, 60).Select(row => $"t{row},{(row % 3 == 0 ? "b" : "a")}\n")));
        var data = Load(new() { Source = _folder["all.csv"], TestShare = 0.2, ValidationShare = 0.25 });
        Assert.Equal(["a", "b"], data.Classes.ToArray());
        Assert.Equal([(24, 12), (8, 4), (8, 4)], new[] { data.Train, data.Validation, data.Test }.Select(part => (part.Count(text => text.Label == 0), part.Count(text => text.Label == 1))));
        Assert.Equal(60, data.Train.Concat(data.Validation).Concat(data.Test).Select(text => text.Source.Text).Distinct().Count());
        Assert.Equal(2.0 / 3, data.MajorityShare, 1e-12);
        Assert.Equal(Texts(data.Test), Texts(Load(new() { Source = _folder["all.csv"], TestShare = 0.2, ValidationShare = 0.25 }).Test));
        Assert.NotEqual(Texts(data.Test), Texts(Load(new() { Source = _folder["all.csv"], TestShare = 0.2, ValidationShare = 0.25, SplitSeed = 1 }).Test));
        var same = Load(new() { Source = _folder["all.csv"], ValidationShare = 0 });
        Assert.Same(same.Test, same.Validation);
    }

    [Fact]
    public void PartsAreFilesOrColumnsOrFolders()
    {
        const string header = "text,label\n";
        Write("parts/train.csv", header + "a,10\nb,9\n");
        Write("parts/dev.tsv", "text\tlabel\nc\t9\n");
        Write("parts/test.jsonl", "{\"text\": \"d\", \"label\": 10}\n");
        Write("one.csv", "text,label,part\na,10,train\nc,9,validation\nb,9,train\nd,10,test\n");
        foreach (var (path, text) in new[] { ("train/10/1", "a"), ("train/9/1", "b\n"), ("val/9/1", "c"), ("test/10/1", "d") })
            Write($"folders/{path}.txt", text);
        foreach (var section in new TextClassificationDataSection[]
        {
            new() { Source = _folder["parts"] },
            new() { Source = _folder["one.csv"], Split = "part" },
            new() { Source = _folder["folders"] },
            new() { Source = _folder["parts/train.csv"], Validation = _folder["parts/dev.tsv"], Test = _folder["parts/test.jsonl"] },
            new() { Source = _folder["folders/train"], Validation = _folder["folders/val"], Test = _folder["folders/test"] },
        })
        {
            var data = Load(section);
            Assert.Equal(["9", "10"], data.Classes.ToArray());
            Assert.Equal(("a1,b0", "c0", "d1"), (Named(data.Train), Named(data.Validation), Named(data.Test)));
        }
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        Write("train.csv", "text,label\na,x\nb,x\nc,y\nd,y\ne,y\nf,x\n");
        Write("test.csv", "text,label\na,z\n");
        Write("part.csv", "text,label,part\na,x,learn\n");
        Write("none.csv", "text,label\na,x\nb,\n");
        Write("tiny.csv", "text,label\na,x\nb,y\n");
        string Refusal(TextClassificationDataSection section) => Assert.Throws<UserException>(() => Load(section)).Message;
        Assert.Equal($"The test texts of '{_folder["train.csv"]}' have the class 'z', which is none of those to learn from: x, y.",
            Refusal(new() { Source = _folder["train.csv"], Test = _folder["test.csv"] }));
        Assert.Equal($"{_folder["part.csv"]}: a row says that it belongs to 'learn', expected one of train, training, validation, valid, val, dev, test, testing.",
            Refusal(new() { Source = _folder["part.csv"], Split = "part" }));
        Assert.Equal($"A text of '{_folder["none.csv"]}' has no class, its 'label' is empty.", Refusal(new() { Source = _folder["none.csv"] }));
        Assert.Equal($"'{_folder["tiny.csv"]}' has too few texts to hold some out of every class: 2 are left to learn from, 0 for validation and 0 for the test.",
            Refusal(new() { Source = _folder["tiny.csv"] }));
        Assert.StartsWith("There are no texts 'nowhere': expected a table (.csv, ", Refusal(new() { Source = "nowhere" }), StringComparison.Ordinal);
        Assert.EndsWith("tables, name one of them: none.csv, part.csv, tiny.csv.", Refusal(Remove("train.csv", "test.csv")), StringComparison.Ordinal);
        Assert.StartsWith($"The folder '{_folder["empty"]}' holds no texts with classes: expected a table train.csv", Refusal(new() { Source = Directory.CreateDirectory(_folder["empty"]).FullName }), StringComparison.Ordinal);
    }

    [Fact]
    public void AColumnAndFilesContradictEachOther() => Assert.Contains("split is given with validation or test",
        Assert.Throws<UserException>(() => RecipeDocument.Parse("""
            task: text-classification
            model: { id: encoder }
            data: { source: a.csv, split: part, test: b.csv }
            """, "r.yaml").Bind<Recipe>()).Message, StringComparison.Ordinal);

    private TextClassificationDataSection Remove(params string[] names)
    {
        foreach (var name in names)
            File.Delete(_folder[name]);
        return new() { Source = _folder.Path };
    }

    private static string Named(IEnumerable<ClassifiedText> texts) => string.Join(',', texts.Select(text => $"{text.Source.Text}{text.Label}").Order(StringComparer.Ordinal));

    private static string[] Texts(IEnumerable<ClassifiedText> texts) => [.. texts.Select(text => text.Source.Text)];

    private TextClassificationData Load(TextClassificationDataSection section) => section.Load(new DataStore([_folder.Path], _folder.Path));

    private void Write(string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllText(_folder[name], content);
    }
}
