using Anyformer.Recipes;
using Anyformer.Recipes.Options;

namespace Anyformer.Tests.Recipes.Options;

public class OptionDescriberTests
{
    [Fact]
    public void KeysComeWithTypesDefaultsAndDescriptions()
    {
        var described = OptionDescriber.Describe(typeof(OptionBinderTests.Model)).ToDictionary(option => option.Key);
        Assert.Equal(
            new OptionDescription("width", "", "a whole number, at least 1 and at most 4096", null, "width of the model"), described["width"]);
        Assert.Equal(new OptionDescription("dropout", "", "a number or nothing", "0.1", ""), described["dropout"]);
        Assert.Equal(new OptionDescription("activation", "", "one of relu, quick-gelu or nothing", "null", ""), described["activation"]);
        Assert.Equal(new OptionDescription("sizes", "", "a list, each a whole number", "[1, 2]", ""), described["sizes"]);
        Assert.Equal("true or false", described["block.bias"].Type);
        Assert.False(described.ContainsKey("block"));
    }

    [Fact]
    public void TheRecipeIsDescribedWithAllKindsOfSchedule()
    {
        var described = OptionDescriber.Describe(typeof(Recipe));
        Assert.All(described, option => Assert.NotEqual("", option.Description));
        const string Source = "a data set that ships, such as etth1, or a CSV file";
        Assert.Contains(new OptionDescription("data.source", "task=forecast", "text", null, Source), described);
        Assert.Equal("type1", described.Single(option => option is { Key: "training.schedule", Kind: "task=forecast" }).Default);
        Assert.Equal(["training.schedule.kind=cosine", "training.schedule.kind=linear", "training.schedule.kind=noam", "training.schedule.kind=rsqrt"],
            described.Where(option => option.Key == "training.schedule.warmup-steps").Select(option => option.Kind).Distinct());
        Assert.Equal("[0.9, 0.999]", described.Single(option => option is { Key: "training.betas", Kind: "task=forecast" }).Default);
    }

    [Fact]
    public void DefaultsOfANestedSectionAreThoseThatHoldThere() => Assert.Equal("7",
        OptionDescriber.Describe(typeof(OptionBinderTests.Model)).Single(option => option.Key == "block.depth").Default);
}
