using System.Globalization;
using System.Text;
using Anyformer.Attention.Patterns;

namespace Anyformer.Cli.Reports;

/// <summary>Which token sees which, to look at: a row for every query, a column for every key.</summary>
/// <param name="open">[query, key] is true where the query sees the key.</param>
internal sealed class TokenMap(bool[,] open)
{
    private const int MostCells = 64;

    private int Tokens => open.GetLength(0);

    /// <summary>The map of a pattern; of several heads, what any of them opens.</summary>
    public static TokenMap Of(AttentionPattern pattern, int tokens, int heads)
    {
        var open = new bool[tokens, tokens];
        for (var query = 0; query < tokens; query++)
            for (var key = 0; key < tokens; key++)
                open[query, key] = Enumerable.Range(0, pattern.VariesByHead ? heads : 1).Any(head => pattern.Sees(query, key, new(tokens, head, heads)));
        return new TokenMap(open);
    }

    /// <summary>The share of pairs that are open, in words.</summary>
    public string Summary
    {
        get
        {
            var count = open.Cast<bool>().Count(isOpen => isOpen);
            return string.Create(CultureInfo.InvariantCulture,
                $"{count} of {(long)Tokens * Tokens} pairs, {count / (double)Tokens:0.#} keys a query ({100.0 * count / Tokens / Tokens:0.#} %)");
        }
    }

    /// <summary>The map in characters; a character of a large map stands for a square of pairs, of which all, some or none are open.</summary>
    public string Text()
    {
        var size = (Tokens + MostCells - 1) / MostCells;
        var text = new StringBuilder();
        for (var row = 0; row < Tokens; row += size)
        {
            for (var column = 0; column < Tokens; column += size)
                text.Append(Cell(row, column, size));
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The map as an SVG picture.</summary>
    public string Svg(string title)
    {
        var svg = new StringBuilder(string.Create(CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 {Tokens + 2} {Tokens + 2}" width="720" height="720" shape-rendering="crispEdges">
            <title>{System.Net.WebUtility.HtmlEncode(title)}</title>
            <rect x="-1" y="-1" width="{Tokens + 2}" height="{Tokens + 2}" fill="#ffffff"/><rect width="{Tokens}" height="{Tokens}" fill="#eef1f5"/>
            <path fill="#2f6fb2" d="
            """));
        for (var row = 0; row < Tokens; row++)
            for (var column = 0; column < Tokens;)
            {
                var end = column;
                while (end < Tokens && open[row, end])
                    end++;
                if (end > column)
                    svg.Append(CultureInfo.InvariantCulture, $"M{column} {row}h{end - column}v1h{column - end}z");
                column = end + 1;
            }

        return svg.Append("\"/></svg>\n").ToString();
    }

    private char Cell(int row, int column, int size)
    {
        var (opened, all) = (0, 0);
        for (var query = row; query < Math.Min(row + size, Tokens); query++)
            for (var key = column; key < Math.Min(column + size, Tokens); key++, all++)
                opened += open[query, key] ? 1 : 0;
        return opened == 0 ? '·' : opened == all ? '█' : '▒';
    }
}
