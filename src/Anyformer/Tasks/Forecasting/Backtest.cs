using Anyformer.Data.TimeSeries;
using Anyformer.Recipes;

namespace Anyformer.Tasks.Forecasting;

/// <summary>
/// A rolling-origin backtest (Tashman 2000): the test rows are cut into blocks, and for each the model is trained anew on everything before it,
/// the rows right before the block being the validation rows. So every block is forecast by a model of its time.
/// </summary>
public static class Backtest
{
    /// <summary>A recipe for each block, in time order.</summary>
    /// <param name="recipe">What to train; its split says which rows are test rows, and how many are validation rows.</param>
    /// <param name="data">Its data.</param>
    /// <param name="folds">Blocks to cut the test rows into.</param>
    /// <exception cref="UserException">A block would be shorter than the horizon, or there are several series.</exception>
    public static IReadOnlyList<ForecastRecipe> Folds(ForecastRecipe recipe, ForecastData data, int folds)
    {
        if (data.Section.IdColumn is { } ids)
            throw new UserException($"A backtest is of one series, found the series of the column '{ids}'.");
        var (lookback, borders) = (recipe.Data.Lookback, data.Borders[0]);
        var (validation, first) = (borders.Validation.Count - lookback, borders.Test.Start + lookback);
        var test = borders.Test.Count - lookback;
        if (test / folds < recipe.Data.Horizon)
            throw new UserException(
                $"{folds} folds of the {test} test rows have {test / folds} rows each, expected at least the horizon of {recipe.Data.Horizon}.");
        return [.. Enumerable.Range(0, folds).Select(fold =>
        {
            var (start, end) = (first + (int)((long)test * fold / folds), first + (int)((long)test * (fold + 1) / folds));
            return recipe with { Data = recipe.Data with { Split = new FixedSplit(start - validation, validation, end - start) } };
        })];
    }
}
