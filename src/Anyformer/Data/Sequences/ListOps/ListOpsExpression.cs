namespace Anyformer.Data.Sequences.ListOps;

/// <summary>Works out the value of an expression in prefix form.</summary>
public static class ListOpsExpression
{
    /// <summary>The value, 0 to 9.</summary>
    /// <param name="expression">One expression as <see cref="ListOpsSymbols"/>.</param>
    /// <exception cref="UserException">The symbols are not one whole expression.</exception>
    public static int Value(ReadOnlySpan<byte> expression)
    {
        var (open, values) = (new Stack<(byte Operator, int First)>(), new List<int>());
        foreach (var symbol in expression)
        {
            if (values.Count > 0 && open.Count == 0)
                throw new UserException("The expression goes on after its end; expected one whole expression.");
            if (ListOpsSymbols.IsOperator(symbol))
                open.Push((symbol, values.Count));
            else if (symbol < ListOpsSymbols.Min)
                values.Add(symbol);
            else
                Reduce(symbol, open, values);
        }

        return open.Count == 0 && values is [var value] ? value : throw new UserException("The expression is not closed; expected one whole expression.");
    }

    private static void Reduce(byte symbol, Stack<(byte Operator, int First)> open, List<int> values)
    {
        if (symbol != ListOpsSymbols.Close || !open.TryPop(out var expression) || expression.First == values.Count)
            throw new UserException($"The expression has the symbol {symbol} where a digit or an operator was expected.");
        var arguments = values[expression.First..].ToArray();
        values.RemoveRange(expression.First, arguments.Length);
        values.Add(ListOpsSymbols.Apply(expression.Operator, arguments));
    }
}
