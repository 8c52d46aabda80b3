using Anyformer.Catalog;
using Anyformer.Catalog.Usage;
using Anyformer.Models.Forecasting;
using Anyformer.Models.Language;
using Anyformer.Models.Sequences;
using Anyformer.Models.Vision;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;

namespace Anyformer.Tests.Catalog.Usage;

public sealed class RecipeExampleTests
{
    public static TheoryData<string> Named => [.. MethodCatalog.Entries.Where(entry => RecipeExample.Of(entry) is not null).Select(entry => entry.Id)];

    [Fact]
    public void RecipesNameEverythingThatPlaysARole()
    {
        Assert.Empty(MethodCatalog.Entries.Where(entry => entry.IsPart && RecipeExample.Of(entry) is null).Select(entry => entry.Id));
        Assert.DoesNotContain(MethodCatalog.Entries, entry => !entry.IsPart && RecipeExample.Of(entry) is not null);
    }

    [Theory]
    [InlineData("itransformer", "model:\n  id: itransformer\n  preset: small\n")]
    [InlineData("seasonal-naive", "model:\n  id: seasonal-naive\n")]
    [InlineData("performer", "model:\n  id: decoder\n  preset: small\n  options: {attention: performer}\n")]
    [InlineData("local", "model:\n  id: decoder\n  preset: small\n  options: {attention: {kind: local, window: 64, backward: 1}}\n")]
    [InlineData("linformer", "model:\n  id: lra-encoder\n  preset: small\n  options: {attention: {kind: linformer, rank: 256, one-key-value-head: false}}\n")]
    [InlineData("average-attention", "model:\n  id: decoder\n  preset: small\n  options: {attention: {kind: average-attention, feed-forward: true}, position: sinusoidal}\n")]
    [InlineData("talking-heads", "model:\n  id: decoder\n  preset: small\n  options: {attention: {kind: composed, scores: [talking-heads]}, position: sinusoidal}\n")]
    [InlineData("rms-norm", "model:\n  id: decoder\n  preset: small\n  options: {norm: {kind: rms-norm, epsilon: 1e-06}}\n")]
    [InlineData("elu", "model:\n  id: decoder\n  preset: small\n  options: {attention: {kind: linear-transformer, feature-map: elu}}\n")]
    public void ItIsTheShortestWayToTheMethod(string id, string yaml) => Assert.Equal(yaml, RecipeExample.Of(MethodCatalog.Get(id)));

    [Theory]
    [MemberData(nameof(Named))]
    public void ItBindsAndBuildsAModelWithTheMethodInIt(string id)
    {
        var entry = MethodCatalog.Get(id);
        var document = RecipeDocument.Parse(RecipeExample.Of(entry)!, "the example");
        var section = OptionBinder.Bind<Example>(document.Root).Model;
        var model = Build(MethodCatalog.Get(section.Id), section);
        Assert.Contains(model.Modules().Select(item => item.Module), module => module.GetType() == entry.Type);
    }

    private static Module Build(CatalogEntry model, ModelSection section)
    {
        var options = model.OptionsType is null ? null : model.BindOptions(section);
        return model.Roles[0] switch
        {
            nameof(Forecaster) => model.Build<Forecaster>(new ForecastShape(96, 24, 48, 3, 4, 24, false), options),
            nameof(SequenceClassifier) => model.Build<SequenceClassifier>(new SequenceShape(63, 20, 10), options),
            nameof(LanguageModel) => model.Build<LanguageModel>(new LanguageShape(65, 64), options),
            nameof(MaskedLanguageModel) => model.Build<MaskedLanguageModel>(new LanguageShape(65, 64), options),
            nameof(SequenceToSequenceModel) => model.Build<SequenceToSequenceModel>(new TranslationShape(new LanguageShape(65, 64), new LanguageShape(65, 64)), options),
            nameof(ImageClassifier) => model.Build<ImageClassifier>(new ImageShape(3, 32, 32, 10), options),
            var role => throw new NotSupportedException(role),
        };
    }

    private sealed record Example
    {
        public required ModelSection Model { get; init; }
    }
}
