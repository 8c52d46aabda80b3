using Anyformer.Data.Sequences.ListOps;
using static Anyformer.Data.Sequences.ListOps.ListOpsSymbols;

namespace Anyformer.Tests.Data.Sequences.ListOps;

public sealed class ListOpsExpressionTests
{
    public static TheoryData<byte[], string, int> Expressions => new()
    {
        { [7], "7", 7 },
        { [Max, 2, 9, Min, 4, 7, Close, 0, Close], "[MAX 2 9 [MIN 4 7 ] 0 ]", 9 },
        { [Min, 2, 9, Max, 4, 7, Close, Close], "[MIN 2 9 [MAX 4 7 ] ]", 2 },
        { [Median, 9, 1, 4, Close], "[MED 9 1 4 ]", 4 },
        // The mean of 4 and 7 is cut off.
        { [Median, 9, 1, 7, 4, Close], "[MED 9 1 7 4 ]", 5 },
        { [SumModulo, 9, 9, SumModulo, 5, 4, Close, Close], "[SM 9 9 [SM 5 4 ] ]", 7 },
        { [SumModulo, Median, 8, 9, Close, 3, Close], "[SM [MED 8 9 ] 3 ]", 1 },
    };

    [Theory]
    [MemberData(nameof(Expressions))]
    public void HasAValueAndAText(byte[] expression, string text, int value)
    {
        Assert.Equal(value, ListOpsExpression.Value(expression));
        Assert.Equal(text, Text(expression));
    }

    [Theory]
    [InlineData(new byte[] { 1, 2 }, "The expression goes on after its end; expected one whole expression.")]
    [InlineData(new byte[] { Max, 2 }, "The expression is not closed; expected one whole expression.")]
    [InlineData(new byte[] { }, "The expression is not closed; expected one whole expression.")]
    [InlineData(new byte[] { Max, Close }, "The expression has the symbol 14 where a digit or an operator was expected.")]
    [InlineData(new byte[] { Close }, "The expression has the symbol 14 where a digit or an operator was expected.")]
    [InlineData(new byte[] { Max, 15 }, "The expression has the symbol 15 where a digit or an operator was expected.")]
    public void WhatIsNoExpressionIsRefused(byte[] symbols, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<UserException>(() => ListOpsExpression.Value(symbols)).Message);
}
