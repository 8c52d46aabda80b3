using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Models.Forecasting;
using Anyformer.Models.Language;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Recipes.Yaml;
using Anyformer.Torch;

namespace Anyformer.Tests.Recipes.Options;

public sealed class PartKindTests
{
    private static readonly Part<TokenMixer> s_softmax = Part<TokenMixer>.Of("softmax");

    [Theory]
    [InlineData("attention: softmax")]
    [InlineData("attention: {kind: softmax}")]
    [InlineData("{}")]
    public void AMethodIsOneWordOrASection(string yaml) => Assert.Equal(s_softmax, Bind(yaml).Attention);

    [Fact]
    public void AMethodIsWrittenAsItIsRead()
    {
        var options = new ITransformerOptions();
        Assert.Equal(options, OptionBinder.Bind<ITransformerOptions>(OptionBinder.Write(options)));
    }

    [Theory]
    [InlineData("attention: sofmax", "'attention' at line 1 of the recipe is wrong: The catalog knows no TokenMixer 'sofmax'; did you mean 'softmax'?")]
    [InlineData("attention: {functoin: softmax}", "There is an unknown key 'functoin' at line 1 of the recipe in 'attention'; did you mean 'function'?")]
    [InlineData("attention: dlinear", "'attention' at line 1 of the recipe is wrong: 'dlinear' is a Forecaster and no TokenMixer; expected one of *")]
    [InlineData("attention: {kind: softmax, factor: 3}", "There is an unknown key 'factor' at line 1 of the recipe in 'attention'; softmax has no options.")]
    [InlineData("attention: [softmax]", "'attention' at line 1 of the recipe is a list of 1; expected the id of a method of role TokenMixer, see 'anyformer catalog'.")]
    public void MistakesAreNamed(string yaml, string message) =>
        Assert.StartsWith(message.TrimEnd('*'), Assert.Throws<UserException>(() => Bind(yaml)).Message, StringComparison.Ordinal);

    [Fact]
    public void ASectionWithoutAKindMeansTheMethodOfTheRole()
    {
        var options = Assert.IsType<ComposedAttentionOptions>(Bind("attention: {function: performer, heads: talking}").Attention.Options);
        Assert.Equal(("performer", "talking-heads-attention"), (options.Function.Kind, options.Heads!.Kind));
    }

    [Fact]
    public void ASectionWithoutAKindOfAnotherRoleIsRefused() => Assert.Equal(
        "There is no key 'kind' in 'norm' at line 1 of the recipe; expected the id of a method of role NormalizationLayer, see 'anyformer catalog'.",
        Assert.Throws<UserException>(() => OptionBinder.Bind<TransformerOptions>(YamlReader.Read("norm: {epsilon: 1}", "the recipe"))).Message);

    [Fact]
    public void ThePartIsBuiltForItsHost() =>
        Assert.IsType<SoftmaxAttention>(Part<AttentionFunction>.Of("softmax").Build(new AttentionShape(2, 4)), exactMatch: true);

    [Fact]
    public void AnAttentionFunctionMixesTokensInSeveralHeads()
    {
        var mixer = Assert.IsType<MultiHeadAttention>(s_softmax.Build(new TokenMixerShape(5, 8, 2, 0, InnerWidth: 6)));
        Assert.Equal([2L, 5, 8], mixer.Call(Functional.Ones([2, 5, 8])).Shape);
        Assert.Equal(4 * 48 + 3 * 6 + 8, mixer.ParameterCount());
    }

    private static ITransformerOptions Bind(string yaml) => OptionBinder.Bind<ITransformerOptions>(YamlReader.Read(yaml, "the recipe"));
}
