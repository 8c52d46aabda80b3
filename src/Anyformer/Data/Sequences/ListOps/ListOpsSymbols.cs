using System.Globalization;

namespace Anyformer.Data.Sequences.ListOps;

/// <summary>
/// The symbols of ListOps expressions as bytes: the digits are themselves, then the four operators, each with its opening bracket, and the closing
/// bracket. Nangia and Bowman 2018, arXiv 1804.06028; without the binary parentheses, as the Long Range Arena feeds them to models.
/// </summary>
public static class ListOpsSymbols
{
    /// <summary>The smallest argument.</summary>
    public const byte Min = 10;

    /// <summary>The largest argument.</summary>
    public const byte Max = 11;

    /// <summary>The median of the arguments; of an even number the mean of the two in the middle, cut off.</summary>
    public const byte Median = 12;

    /// <summary>The sum of the arguments modulo 10.</summary>
    public const byte SumModulo = 13;

    /// <summary>The closing bracket.</summary>
    public const byte Close = 14;

    /// <summary>How many symbols there are.</summary>
    public const int Count = 15;

    private static readonly string[] s_operators = ["[MIN", "[MAX", "[MED", "[SM"];

    /// <summary>Whether a symbol opens an expression.</summary>
    public static bool IsOperator(byte symbol) => symbol is >= Min and <= SumModulo;

    /// <summary>What an operator makes of its arguments, whose order it may change.</summary>
    internal static int Apply(byte symbol, Span<int> arguments)
    {
        arguments.Sort();
        var middle = arguments.Length / 2;
        return symbol switch
        {
            Min => arguments[0],
            Max => arguments[^1],
            Median => arguments.Length % 2 == 1 ? arguments[middle] : (arguments[middle - 1] + arguments[middle]) / 2,
            _ => Sum(arguments) % 10,
        };
    }

    /// <summary>An expression as it is written: <c>[MAX 2 9 [MIN 4 7 ] 0 ]</c>.</summary>
    public static string Text(ReadOnlySpan<byte> expression)
    {
        var words = new List<string>(expression.Length);
        foreach (var symbol in expression)
            words.Add(IsOperator(symbol) ? s_operators[symbol - Min] : symbol == Close ? "]" : symbol.ToString(CultureInfo.InvariantCulture));
        return string.Join(' ', words);
    }

    private static int Sum(ReadOnlySpan<int> arguments)
    {
        var sum = 0;
        foreach (var argument in arguments)
            sum += argument;
        return sum;
    }
}
