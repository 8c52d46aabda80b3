using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Models.Vision;
using Anyformer.Torch;

namespace Anyformer.Tests.Inspection;

[Collection(DefaultGenerator.Name)]
public sealed class TokenReductionCostTests
{
    private static readonly ImageShape s_shape = new(3, 16, 16, 10);

    [Fact]
    public void EverySettingIsMeasuredBesideTheModelWithoutMerging()
    {
        using var scope = new TensorScope();
        var model = new VisionTransformer(s_shape, VisionTransformerOptions.Presets["small-images"]);
        var images = Tensors.Normal(1, 6, 3, 16, 16);
        var costs = TokenReductionCost.Of(model, images, [4, 2], rounds: 3);
        Assert.Equal([0, 2, 4], costs.Select(cost => cost.Merged));
        Assert.Equal((1.0, 1.0), (costs[0].SpeedUp, costs[0].Agreement));
        Assert.All(costs, cost => Assert.True(cost.ImagesPerSecond > 0 && cost.SpeedUp > 0));
        Assert.All(costs, cost => Assert.Equal(Math.Round(cost.Agreement * 6), cost.Agreement * 6, 9));
    }

    [Fact]
    public void AModelThatCannotLoseTokensIsMeasuredAsItIs()
    {
        using var scope = new TensorScope();
        var entry = MethodCatalog.Get<ImageClassifier>("efficientvit");
        var model = entry.Build<ImageClassifier>(s_shape, entry.Presets["small-images"]);
        Assert.Equal(0, Assert.Single(TokenReductionCost.Of(model, Tensors.Normal(1, 2, 3, 16, 16), [8], rounds: 1)).Merged);
    }
}
