using Anyformer.Tasks;

namespace Anyformer.Tests.Tasks;

public sealed class BudgetTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("2m", 120)]
    [InlineData("1h", 3600)]
    [InlineData("1h30m", 5400)]
    [InlineData("0.5s", 0.5)]
    [InlineData("250ms", 0.25)]
    public void ATimeIsSharedByAll(string text, double seconds)
    {
        var budget = Budget.Parse(text);
        Assert.Equal(new Budget(TimeSpan.FromSeconds(seconds), null), budget);
        Assert.Equal(TimeSpan.FromSeconds(seconds) / 4, budget.TimeOfEach(4));
        Assert.Equal(new Budget(TimeSpan.FromSeconds(seconds) / 3, null), budget.Share(3));
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("10", 10)]
    public void ANumberIsEpochsOfEach(string text, int epochs)
    {
        var budget = Budget.Parse(text);
        Assert.Equal(new Budget(null, epochs), budget);
        Assert.Null(budget.TimeOfEach(4));
        Assert.Equal(budget, budget.Share(3));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0s")]
    [InlineData("-3")]
    [InlineData("1.5")]
    [InlineData("+2")]
    [InlineData(" 2")]
    [InlineData("2 m")]
    [InlineData("m")]
    [InlineData("ten")]
    [InlineData("99999999999")]
    public void AnythingElseIsRefused(string text) => Assert.Equal(
        $"The budget must be a time such as 90s or 2m, or a number of epochs, found '{text}'.",
        Assert.Throws<UserException>(() => Budget.Parse(text)).Message);

    [Theory]
    [InlineData("90s", "90 s of training for all together, shared equally")]
    [InlineData("250ms", "0.3 s of training for all together, shared equally")]
    [InlineData("1", "1 epoch each")]
    [InlineData("3", "3 epochs each")]
    public void ItIsToldInWords(string text, string expected) => Assert.Equal(expected, Budget.Parse(text).ToString());
}
