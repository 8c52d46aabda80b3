using System.Diagnostics;
using Anyformer.Recipes;
using Anyformer.Recipes.Yaml;
using Anyformer.Testing;
using FsCheck.Fluent;

namespace Anyformer.Tests.Recipes.Yaml;

public class YamlTests
{
    [Fact]
    public void NodesKnowTheirLines()
    {
        var root = RecipeDocument.Parse("# a comment\na: 1\nb:\n  c: [x, 'y']\n", "r.yaml").Root;
        Assert.True(root.TryGet("b", out var b));
        var c = ((RecipeMapping)b).Find("c")!;
        Assert.Equal(new NodeOrigin("r.yaml", 4), c.Origin);
        Assert.Equal("at line 4 of r.yaml", c.Value.Origin.ToString());
        Assert.Equal(["x", "y"], ((RecipeSequence)c.Value).Items.Select(item => ((RecipeScalar)item).Text));
    }

    [Theory]
    [InlineData("x", true)]
    [InlineData("1", false)]
    [InlineData("'1'", true)]
    [InlineData("1e-4", false)]
    [InlineData("true", false)]
    [InlineData("'true'", true)]
    [InlineData("~", false)]
    [InlineData("yes", true)]
    [InlineData(".nan", true)]
    [InlineData("1e999", true)]
    public void QuotedAndWordyScalarsAreText(string yaml, bool isText) =>
        Assert.Equal(isText, ((RecipeScalar)RecipeDocument.Parse($"a: {yaml}", "r").Root.Entries[0].Value).IsText);

    [Theory]
    [InlineData("a: &x 1\nb: *x", "The anchor '&x' at line 1 of r is not allowed; write values out.")]
    [InlineData("a: *x", "The alias '*x' at line 1 of r is not allowed; write the value out.")]
    [InlineData("a: !!int 1", "The tag 'tag:yaml.org,2002:int' at line 1 of r is not allowed; a value's type follows from its key.")]
    [InlineData("!run {a: 1}", "The tag '!run' at line 1 of r is not allowed; a value's type follows from its key.")]
    [InlineData("a: 1\nb: 2\na: 3", "The key 'a' at line 3 of r was already given at line 1 of r.")]
    [InlineData("? [a]\n: 1", "The key at line 1 of r is a list or a section; expected a word.")]
    [InlineData("a: 1\n---\nb: 1", "A second document starts at line 2 of r; a recipe is one document.")]
    [InlineData("[1, 2]", "The document at line 1 of r is a list of 2; expected a section of keys.")]
    [InlineData("just text", "The document at line 1 of r is 'just text'; expected a section of keys.")]
    public void WhatARecipeHasNoUseForIsRefused(string yaml, string message) =>
        Assert.Equal(message, Assert.Throws<UserException>(() => RecipeDocument.Parse(yaml, "r")).Message);

    [Theory]
    [InlineData("a: [1, 2")]
    [InlineData("a: 'x")]
    [InlineData("a: b: c")]
    [InlineData("a:\n  b: 1\n\tc: 2")]
    [InlineData("a: \"\\uD800\"")]
    [InlineData("%YAML 99999999999.1\n---\na: 1")]
    public void MalformedYamlNamesItsLine(string yaml) =>
        Assert.Matches(
            "^The YAML at line [0-9]+ of r is malformed: ", Assert.Throws<UserException>(() => RecipeDocument.Parse(yaml, "r")).Message);

    [Fact]
    public void DepthAndSizeAreBounded()
    {
        var deep = Assert.Throws<UserException>(() => RecipeDocument.Parse("a: " + new string('[', 500_000), "r"));
        Assert.Equal("The nesting at line 1 of r is deeper than 32 levels.", deep.Message);
        var large = Assert.Throws<UserException>(() => RecipeDocument.Parse(new string(' ', (1 << 20) + 1), "r"));
        Assert.Equal("The recipe 'r' is larger than 1 MB.", large.Message);
        Assert.Throws<UserException>(() => RecipeDocument.Parse("a: 1", "r").Set(string.Join('.', Enumerable.Repeat("a", 40)) + "=1"));
    }

    [Fact]
    public void UnreadableFilesAreNamed()
    {
        var missing = Assert.Throws<UserException>(() => RecipeDocument.Load("no/such.yaml"));
        Assert.StartsWith("The recipe 'no/such.yaml' cannot be read: ", missing.Message);
        Assert.Throws<UserException>(() => RecipeDocument.Load(Path.GetTempPath()));
        Assert.Equal(
            "The recipe '/dev/zero' is larger than 1 MB.", Assert.Throws<UserException>(() => RecipeDocument.Load("/dev/zero")).Message);
        var binary = Path.GetTempFileName();
        File.WriteAllBytes(binary, [0x61, 0x3a, 0x20, 0xff, 0xfe, 0xfd]);
        Assert.EndsWith("it is not UTF-8 text.", Assert.Throws<UserException>(() => RecipeDocument.Load(binary)).Message);
        File.Delete(binary);
    }

    [Fact]
    public void WritingIsReadableAndStable()
    {
        const string Yaml = "a: 1\nb:\n  c: [0.5, text, \"2\", \"a, b\"]\n  d: {}\n  e: []\nf:\n- g: null\n";
        var document = RecipeDocument.Parse("{a: 1, b: {c: [0.5, 'text', '2', 'a, b'], d: {}, e: []}, f: [{g: ~}]}", "r");
        Assert.Equal(Yaml, document.ToYaml());
        Assert.Equal(document.Root, RecipeDocument.Parse(Yaml, "other").Root);
    }

    [Fact]
    public void AnyTextSurvivesWriting() => Property.Holds(RecipeGenerators.Text, text =>
    {
        RecipeNode value = RecipeScalar.Quoted(text, NodeOrigin.Defaults);
        var list = new RecipeSequence([value, value], NodeOrigin.Defaults);
        var document = new RecipeDocument(new RecipeMapping([Entry("k", value), Entry(text, list)], NodeOrigin.Defaults), "r");
        if (text != "k" && text.Length <= 100)
            Assert.Equal(document.Root, RecipeDocument.Parse(document.ToYaml(), "r").Root);
    }, runs: 1000);

    [Theory]
    [InlineData("x")]
    [InlineData("é")]
    [InlineData("\u2028")]
    [InlineData("😀")]
    [InlineData(" ")]
    [InlineData("?")]
    public void LongKeysSurviveWriting(string character)
    {
        var key = Repeat(character, 100 / character.Length);
        var document = new RecipeDocument(new([Entry(key, RecipeMapping.Empty)], NodeOrigin.Defaults), "r");
        Assert.Equal(document.Root, RecipeDocument.Parse(document.ToYaml(), "r").Root);
        Assert.Equal("The key at line 1 of r is longer than 100 characters.",
            Assert.Throws<UserException>(() => RecipeDocument.Parse($"? '{key}x'\n: 1", "r")).Message);
    }

    [Fact]
    public void LargeHostileTextsAreReadOrRefusedAtOnce()
    {
        var clock = Stopwatch.StartNew();
        string[] pieces =
            ["[", "{", "- ", "? ", "a: ", "a:\n", "x ", "\n", "#", "\"", "'", "!", "&a ", "*a ", "|\n ", "%", "--- ", "[]\n", "a,", "\t"];
        string[] starts = ["", "a: ", "a: [", "a: \""];
        foreach (var text in pieces.SelectMany(piece => starts.Select(start => start + Repeat(piece, 100_000 / piece.Length))))
            Assert.True(Record.Exception(() => RecipeDocument.Parse(text, "r")) is null or UserException, text[..20]);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 30);
    }

    [Fact]
    public void NearestNameForgivesMisspellings()
    {
        Assert.Equal("learning-rate", NearestName.Find("learning-rat", ["batch-size", "learning-rate"]));
        Assert.Equal("epochs", NearestName.Find("epcohs", ["epsilon", "epochs"]));
        Assert.Null(NearestName.Find("colour", ["batch-size", "epochs"]));
        Assert.Equal(3, NearestName.Distance("kitten", "sitting"));
        Assert.Equal(1, NearestName.Distance("ab", "ba"));
        Assert.Equal(4, NearestName.Distance("", "four"));
    }

    [Fact]
    public void EditDistanceIsSymmetricAndBounded() =>
        Property.Holds(Gen.Two(RecipeGenerators.Text), pair =>
        {
            var distance = NearestName.Distance(pair.Item1, pair.Item2);
            Assert.Equal(distance, NearestName.Distance(pair.Item2, pair.Item1));
            Assert.InRange(distance, pair.Item1 == pair.Item2 ? 0 : 1, Math.Max(pair.Item1.Length, pair.Item2.Length));
            Assert.Equal(pair.Item1 == pair.Item2, distance == 0);
        });

    private static string Repeat(string piece, int times) => string.Concat(Enumerable.Repeat(piece, times));

    private static RecipeEntry Entry(string key, RecipeNode value) => new(key, value, NodeOrigin.Defaults);
}
