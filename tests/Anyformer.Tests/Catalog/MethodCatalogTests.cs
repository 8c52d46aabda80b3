using System.ComponentModel;
using System.Reflection;
using System.Text.RegularExpressions;
using Anyformer.Attention;
using Anyformer.Attention.HeadInteractions;
using Anyformer.Blocks;
using Anyformer.Blocks.AdaptiveComputation;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Models.Forecasting;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Positions;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;

namespace Anyformer.Tests.Catalog;

public sealed partial class MethodCatalogTests
{
    public static TheoryData<string> Ids => [.. MethodCatalog.Entries.Select(entry => entry.Id)];

    public static TheoryData<string> Forecasters => [.. MethodCatalog.OfRole<Forecaster>().Select(entry => entry.Id)];

    [Fact]
    public void KnowsMethodsByTheirRole()
    {
        Assert.Equal(["seasonal-naive", "dlinear"], MethodCatalog.OfRole<Forecaster>().Take(2).Select(entry => entry.Id));
        Assert.Contains("softmax", MethodCatalog.OfRole<AttentionFunction>().Select(entry => entry.Id));
    }

    [Fact]
    public void IdsAndNamesAreUnique()
    {
        var entries = MethodCatalog.Entries.ToArray();
        Assert.Equal(entries.Length, entries.Select(entry => entry.Id).Distinct().Count());
        Assert.Equal(entries.Length, entries.Select(entry => entry.Name).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void EveryEntryIsComplete(string id)
    {
        var entry = Entry(id);
        Assert.Matches(IdPattern(), entry.Id);
        Assert.Contains(entry.Family, Families());
        Assert.InRange(entry.Year, 1990, DateTime.UtcNow.Year);
        Assert.NotEmpty(entry.Name);
        Assert.NotEmpty(entry.Paper);
        Assert.StartsWith("O(", entry.Complexity);
        Assert.NotEmpty(entry.Roles);
        Assert.True(entry.System == entry.Id || ParityVerifier.Systems.Contains(entry.System), $"no adapter runs the cases of {entry.System}");
        Assert.Equal(entry.Roles.Contains(nameof(TokenMixer)), entry.Claims is not null);
        Assert.Equal(entry.Claims is { Leaks: not Leaks.None }, entry.Claims?.Caveat is not null);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void EveryOptionIsDescribedAndHasADefault(string id)
    {
        if (Entry(id).OptionsType is not { } type)
            return;
        Assert.NotNull(Activator.CreateInstance(type));
        Assert.All(type.GetProperties(BindingFlags.Public | BindingFlags.Instance), property =>
            Assert.False(string.IsNullOrWhiteSpace(property.GetCustomAttribute<DescriptionAttribute>()?.Description), $"{id}: {property.Name}"));
    }

    [Theory]
    [MemberData(nameof(Forecasters))]
    public void EveryPresetBindsAndBuilds(string id)
    {
        var entry = Entry(id);
        var shape = new ForecastShape(96, 24, 48, 3, 4, 24, false);
        foreach (var preset in entry.Presets.Keys.Prepend(null))
        {
            var options = entry.BindOptions(new ModelSection { Id = id, Preset = preset });
            Assert.Equal(preset is null ? Activator.CreateInstance(entry.OptionsType!) : entry.Presets[preset], options);
            Assert.IsType(entry.Type, entry.Build<Forecaster>(shape, options));
        }
    }

    [Fact]
    public void OptionsGoOverThePreset()
    {
        var section = new ModelSection
        {
            Id = "itransformer",
            Preset = "weather",
            Options = OptionBinder.Write(new ITransformerOptions { Width = 16, FeedForwardWidth = 32, Layers = 1, Heads = 2 }),
        };
        var options = Assert.IsType<ITransformerOptions>(Entry("itransformer").BindOptions(section));
        Assert.Equal(new ITransformerOptions { Width = 16, FeedForwardWidth = 32, Layers = 1, Heads = 2 }, options);
    }

    [Fact]
    public void RolesAreTheVocabularyTypes()
    {
        Assert.Equal(["Forecaster"], Entry("dlinear").Roles);
        Assert.Equal(typeof(DLinear), Entry("dlinear").Type);
    }

    [Fact]
    public void AMethodHasOtherNamesAmongThoseOfItsRole()
    {
        Assert.Equal("rope", MethodCatalog.Get<PositionEncoding>("rotary").Id);
        Assert.Equal("deep-norm", MethodCatalog.Get<Wiring>("deepnorm").Id);
        Assert.Equal("rms-norm", MethodCatalog.Get<NormalizationLayer>("rms").Id);
        Assert.Equal("alibi", MethodCatalog.Get<PositionEncoding>("alibi").Id);
        Assert.Equal("talking-heads-attention", MethodCatalog.Get<HeadInteraction>("talking").Id);
    }

    [Fact]
    public void APresetThatOneMethodAloneHasNamesIt()
    {
        var (entry, options) = MethodCatalog.GetWithOptions<ChannelMixer>("swiglu");
        Assert.Equal(("gated-feed-forward", "silu"), (entry.Id, ((GatedFeedForwardOptions)options!).Activation));
    }

    [Fact]
    public void NoNameMeansTwoMethodsOfARole()
    {
        Type[] roles = [typeof(TokenMixer), typeof(HeadInteraction), typeof(PositionEncoding), typeof(ChannelMixer), typeof(NormalizationLayer), typeof(Wiring)];
        foreach (var role in roles)
        {
            var names = MethodCatalog.Entries.Where(entry => entry.Roles.Contains(role.Name))
                .SelectMany(entry => entry.Aliases.Prepend(entry.Id)).Select(name => name.Replace("-", "", StringComparison.Ordinal)).ToArray();
            Assert.Equal(names.Distinct(), names);
        }
    }

    [Fact]
    public void WhatIsMissingIsNamed()
    {
        Assert.Equal(
            "The catalog knows no Forecaster 'itranformer'; did you mean 'itransformer'?",
            Assert.Throws<UserException>(() => MethodCatalog.Get<Forecaster>("itranformer")).Message);
        Assert.StartsWith("'dlinear' is a Forecaster and no TokenMixer; expected one of ",
            Assert.Throws<UserException>(() => MethodCatalog.Get<TokenMixer>("dlinear")).Message);
        Assert.Equal(
            "The model dlinear has no preset 'small'; it has none.",
            Assert.Throws<UserException>(() => Entry("dlinear").BindOptions(new ModelSection { Id = "dlinear", Preset = "small" })).Message);
        Assert.Equal(
            "The model ts-transformer has no preset 'tiny'; it has small.",
            Assert.Throws<UserException>(
                () => Entry("ts-transformer").BindOptions(new ModelSection { Id = "ts-transformer", Preset = "tiny" })).Message);
    }

    [Fact]
    public void AnArchitectureIsALeafThatPlaysNoRole()
    {
        var entry = MethodCatalog.Get("universal-transformer");
        Assert.Equal((typeof(UniversalEncoder), typeof(UniversalEncoderOptions), false), (entry.Type, entry.OptionsType, entry.IsPart));
        Assert.Equal(["Architecture"], entry.Roles);
        Assert.Equal(["Model"], MethodCatalog.Get("bigbird-encoder").Roles);
        Assert.Equal(
            "The catalog builds methods that play a role, and universal-transformer plays none: construct the class UniversalEncoder instead.",
            Assert.Throws<UserException>(() => entry.Build<TokenMixer>(new TokenMixerShape(4, 8, 2), entry.DefaultOptions)).Message);
    }

    [Fact]
    public void NoRoleHasAnArchitectureInIt()
    {
        Assert.DoesNotContain(MethodCatalog.OfRole<Anyformer.Modules.Module>(), entry => !entry.IsPart);
        // It derives from ChannelMixer, and cannot be built from the sizes of one.
        Assert.DoesNotContain("macaron", MethodCatalog.OfRole<ChannelMixer>().Select(entry => entry.Id));
        Assert.StartsWith("'macaron' is an Architecture and no ChannelMixer; expected one of ", Assert.Throws<UserException>(() => MethodCatalog.Get<ChannelMixer>("macaron")).Message);
    }

    [Fact]
    public void FamiliesNestAndLoseNothing()
    {
        var roots = FamilyTree.Of(MethodCatalog.Entries);
        Assert.Equal(MethodCatalog.Entries.Count(), roots.Sum(root => root.Count));
        Assert.Equal(["architecture", "attention", "feed-forward", "models", "normalization", "positions"], roots.Select(root => root.Path).Take(6));
        var models = roots.Single(root => root.Name == "models");
        var language = models.Families.Single(family => family.Path == "models/language");
        Assert.Empty(models.Entries);
        Assert.Contains("reformer-model", language.Entries.Select(entry => entry.Id));
        Assert.Equal(MethodCatalog.Entries.Count(entry => entry.Family.StartsWith("models/", StringComparison.Ordinal)), models.Count);
    }

    [Fact]
    public void AMistakeInOptionsIsTheUsers() => Assert.Equal(
        "The width must be a multiple of the number of heads, found width 10 and 3 heads.",
        Assert.Throws<UserException>(() => Entry("itransformer").Build<Forecaster>(
            new ForecastShape(8, 4, 0, 1, 0, 1, false), new ITransformerOptions { Width = 10, Heads = 3 })).Message);

    private static CatalogEntry Entry(string id) => MethodCatalog.Entries.Single(entry => entry.Id == id);

    private static IEnumerable<string> Families() =>
        typeof(Family).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetValue(null)!);

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex IdPattern();
}
