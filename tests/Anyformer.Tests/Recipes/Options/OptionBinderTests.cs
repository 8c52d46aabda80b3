using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Testing;
using FsCheck.Fluent;

namespace Anyformer.Tests.Recipes.Options;

public class OptionBinderTests
{
    public enum Activation
    {
        Relu,
        QuickGelu,
    }

    public sealed record Inner(int Depth = 2, Activation Activation = Activation.QuickGelu)
    {
        public bool Bias { get; init; } = true;
    }

    public sealed record Model(
        [property: Description("width of the model"), Range(1, 4096)] int Width,
        long Seed = 5_000_000_000,
        double? Dropout = 0.1,
        Activation? Activation = null,
        TimeSpan Wait = default)
    {
        public int HeadWidth { get; init; } = Width / 8;

        public Inner Block { get; init; } = new() { Bias = false, Depth = 7 };

        public Inner? Other { get; init; }

        public IReadOnlyList<int> Sizes { get; init; } = [1, 2];

        public string[]? Names { get; init; }

        public IReadOnlyList<Inner?> Stages { get; init; } = [];

        [RegularExpression("[a-z]+", ErrorMessage = "expected small letters")]
        public string Mode { get; init; } = "full";

        public int Twice => Width * 2;
    }

    public sealed record Guarded
    {
        private readonly int _value;

        public int Value
        {
            get => _value;
            init => _value = value % 2 == 0 ? value : throw new ArgumentException("the value is odd");
        }
    }

    [Fact]
    public void PrimaryConstructorsAndInitializersGiveTheDefaults()
    {
        var model = Bind("width: 64");
        Assert.Equal((64, 5_000_000_000, 0.1, null, TimeSpan.Zero), (model.Width, model.Seed, model.Dropout, model.Activation, model.Wait));
        Assert.Equal((8, "full", null, null), (model.HeadWidth, model.Mode, model.Other, model.Names));
        Assert.Equal(new Inner(7) { Bias = false }, model.Block);
        Assert.Equal([1, 2], model.Sizes);
        Assert.Empty(model.Stages);
    }

    [Fact]
    public void EveryTypeOfOptionIsBound()
    {
        var model = Bind("""
            width: 64
            seed: -9000000000
            dropout: ~
            activation: quick-gelu
            wait: 1.5h
            head-width: 3
            block: {activation: relu}
            other:
            sizes: [3]
            names: [a, '2', 3]
            stages: [{depth: 1}, null]
            """);
        Assert.Equal((64, -9000000000, null, Activation.QuickGelu, TimeSpan.FromMinutes(90)),
            (model.Width, model.Seed, model.Dropout, model.Activation, model.Wait));
        Assert.Equal(3, model.HeadWidth);
        Assert.Equal(new Inner(7, Activation.Relu) { Bias = false }, model.Block);
        Assert.Null(model.Other);
        Assert.Equal([3], model.Sizes);
        Assert.Equal(["a", "2", "3"], model.Names!);
        Assert.Equal([new Inner(1), null], model.Stages);
    }

    [Fact]
    public void TypesKnownAtRunTimeAreBoundAndWrittenBack()
    {
        var node = RecipeDocument.Parse("options: {width: 16, names: [x]}", "r").Root.Find("options")!.Value;
        var model = OptionBinder.Bind(node, typeof(Model), "model.options");
        var written = OptionBinder.Write(model);
        Assert.Equal("width: 16\nseed: 5000000000\ndropout: 0.1\nactivation: null\nwait: 0s\nhead-width: 2\n"
            + "block:\n  depth: 7\n  activation: quick-gelu\n  bias: false\nother: null\nsizes: [1, 2]\nnames: [x]\nstages: []\nmode: full\n",
            new RecipeDocument(written, "r").ToYaml());
        Assert.Equal(written, OptionBinder.Write(OptionBinder.Bind(written, typeof(Model))));
    }

    [Theory]
    [InlineData("{}", "There is no key 'width' in 'model' at line 1 of r; expected a whole number.")]
    [InlineData("{width: 5000}", "'model.width' at line 1 of r is 5000; expected at least 1 and at most 4096.")]
    [InlineData("{width: 8, twice: 1}",
        "There is an unknown key 'twice' at line 1 of r in 'model'; expected one of width, seed, "
        + "dropout, activation, wait, head-width, block, other, sizes, names, stages, mode.")]
    [InlineData("{width: 8, block: 3}", "'model.block' at line 1 of r is '3'; expected a section of keys.")]
    [InlineData("{width: 8, block: {depht: 3}}", "There is an unknown key 'depht' at line 1 of r in 'model.block'; did you mean 'depth'?")]
    [InlineData("{width: 8, sizes: [1, null]}", "'model.sizes[1]' at line 1 of r is empty; expected a whole number.")]
    [InlineData("{width: 8, stages: [{bias: 1}]}", "'model.stages[0].bias' at line 1 of r is '1'; expected true or false.")]
    [InlineData("{width: 8, mode: A1}", "'model.mode' at line 1 of r is wrong: expected small letters.")]
    [InlineData("{width: 8, seed: [1]}", "'model.seed' at line 1 of r is a list of 1; expected a whole number.")]
    public void MistakesNameTheDottedKey(string yaml, string message)
    {
        var node = RecipeDocument.Parse($"m: {yaml}", "r").Root.Entries[0].Value;
        Assert.Equal(message, Assert.Throws<UserException>(() => OptionBinder.Bind<Model>(node, "model")).Message);
    }

    [Fact]
    public void WhatARecordItselfRefusesIsTheUsersMistake()
    {
        var node = RecipeDocument.Parse("value: 3", "r").Root;
        var problem = Assert.Throws<UserException>(() => OptionBinder.Bind<Guarded>(node, "x"));
        Assert.Equal("'x' at line 1 of r is wrong: the value is odd.", problem.Message);
    }

    [Theory]
    [InlineData("90s", 90_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("1d2h3m4s5ms", 93_784_005)]
    [InlineData("250ms", 250)]
    [InlineData("0s", 0)]
    public void DurationsAreRead(string text, long milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Duration.Read(text));

    [Theory]
    [InlineData("")]
    [InlineData("90")]
    [InlineData("-1s")]
    [InlineData("1m1h")]
    [InlineData("1s ")]
    [InlineData("1s\n")]
    [InlineData("9999999d")]
    [InlineData("٣s")]
    public void OtherTextsAreNoDurations(string text) => Assert.Null(Duration.Read(text));

    [Fact]
    public void DurationsRoundTrip() => Property.Holds(Gen.Choose(0, int.MaxValue), milliseconds =>
    {
        var duration = TimeSpan.FromMilliseconds(milliseconds * 10L);
        Assert.Equal(duration, Duration.Read(Duration.Write(duration)));
    });

    private static Model Bind(string yaml) => RecipeDocument.Parse(yaml, "r").Bind<Model>();
}
