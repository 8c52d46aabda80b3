using Anyformer.Comparison.Ablation;

namespace Anyformer.Tests.Comparison.Ablation;

public sealed class AblationTests
{
    private static readonly Factor[] s_factors = [new("norm", ["layer", "rms"]), new("position", ["rotary", "alibi", "null"])];

    [Fact]
    public void CommasInsideBracketsDoNotSeparate()
    {
        var factor = Factor.Parse("attention=softmax, {kind: performer, features: 8},[1, 2]");
        Assert.Equal("attention", factor.Key);
        Assert.Equal(["softmax", "{kind: performer, features: 8}", "[1, 2]"], factor.Levels);
    }

    [Theory]
    [InlineData("norm", "What to vary must be written as key=value,value, found 'norm'.")]
    [InlineData("=layer", "What to vary must be written as key=value,value, found '=layer'.")]
    [InlineData("norm=layer,", "What to vary must be written as key=value,value, found 'norm=layer,'.")]
    [InlineData("norm=rms,rms", "The values of 'norm' must differ, found 'rms,rms'.")]
    public void MistakesAreNamed(string text, string message) => Assert.Equal(message, Assert.Throws<UserException>(() => Factor.Parse(text)).Message);

    [Fact]
    public void OneAtATimeIsTheRecipeAndEveryValueAlone() => Assert.Equal(
        ["as the recipe says", "norm=layer", "norm=rms", "position=rotary", "position=alibi", "position=null"],
        AblationDesign.OneAtATime(s_factors).Select(variant => variant.Name));

    [Fact]
    public void AGridIsEveryCombination() => Assert.Equal(
        ["norm=layer, position=rotary", "norm=layer, position=alibi", "norm=layer, position=null", "norm=rms, position=rotary", "norm=rms, position=alibi", "norm=rms, position=null"],
        AblationDesign.Grid(s_factors).Select(variant => variant.Name));

    [Fact]
    public void AnEffectIsADifferenceInDeviations()
    {
        var effects = Effect.OneAtATime([new("norm", ["rms"])], [2.0, 2.2], (_, _) => [1.0, 1.4]);
        var effect = Assert.Single(effects);
        // Variances 0.02 and 0.08, pooled 0.05.
        Assert.Equal((1.2, -0.9), (effect.Error.Mean, Math.Round(effect.Difference, 12)));
        Assert.Equal(-0.9 / Math.Sqrt(0.05), effect.Size, 1e-12);
        Assert.Equal(double.NaN, effect.Share);
    }

    [Fact]
    public void OneSeedHasNoEffectSize() => Assert.Equal(double.NaN, Effect.OneAtATime([new("norm", ["rms"])], [2.0], (_, _) => [1.0]).Single().Size);

    [Fact]
    public void AGridSharesTheVarianceOutAmongFactors()
    {
        // The norm alone decides, by 1; positions do nothing.
        var variants = AblationDesign.Grid(s_factors).Select(variant => (variant, (IReadOnlyList<double>)[variant.Level(s_factors[0]) == "rms" ? 1.0 : 2.0])).ToArray();
        var effects = Effect.OfGrid(s_factors, variants);
        Assert.Equal([0.5, -0.5, 0, 0, 0], effects.Select(effect => effect.Difference));
        Assert.Equal([1, 1, 0, 0, 0], effects.Select(effect => effect.Share));
    }

    [Fact]
    public void CombinationsThatFailedAreLeftOut()
    {
        var variants = AblationDesign.Grid(s_factors).Select((variant, place) => (variant, (IReadOnlyList<double>)(place == 0 ? [] : [3.0, 3.5]))).ToArray();
        Assert.All(Effect.OfGrid(s_factors, variants), effect => Assert.Equal(3.25, effect.Error.Mean));
    }
}
