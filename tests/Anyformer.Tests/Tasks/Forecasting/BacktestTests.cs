using Anyformer.Data.TimeSeries;
using Anyformer.Tasks.Forecasting;

namespace Anyformer.Tests.Tasks.Forecasting;

public sealed class BacktestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public BacktestTests() => _path = WaveTable.Write(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void TheBlocksAreTheTestRowsInOrder(int folds)
    {
        // 400 rows: 280 to train, 40 to validate, 80 to test.
        var recipes = Backtest.Folds(WaveTable.Recipe(_path, "dlinear"), WaveTable.Load(_path), folds);
        var splits = recipes.Select(recipe => (FixedSplit)recipe.Data.Split!).ToArray();
        Assert.Equal(folds, splits.Length);
        Assert.Equal((280, 320), (splits[0].Train, splits[0].Train + splits[0].Validation));
        Assert.All(splits, split => Assert.Equal(40, split.Validation));
        Assert.All(splits.Zip(splits.Skip(1)), pair => Assert.Equal(pair.First.Train + pair.First.Test, pair.Second.Train));
        Assert.Equal(400, splits[^1].Train + splits[^1].Validation + splits[^1].Test);
        Assert.All(recipes, recipe => Assert.Equal(recipe.Data.Split, ForecastData.Load(recipe.Data, WaveTable.Store).Section.Split));
    }

    [Fact]
    public void ABlockMustHoldAWindow() => Assert.Equal(
        "14 folds of the 80 test rows have 5 rows each, expected at least the horizon of 6.",
        Assert.Throws<UserException>(() => Backtest.Folds(WaveTable.Recipe(_path, "dlinear"), WaveTable.Load(_path), 14)).Message);
}
