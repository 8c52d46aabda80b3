namespace Anyformer.Attention.Patterns;

/// <summary>Keys at most so many positions before and after the query.</summary>
internal sealed record Band : AttentionPattern
{
    private readonly int _before;
    private readonly int _after;

    public Band(int before, int after)
    {
        if (before < 0 || after < 0)
            throw new UserException($"A band reaches at least 0 tokens before and after a query, found {before} and {after}.");
        (_before, _after) = (before, after);
    }

    public override bool Sees(int query, int key, PatternSite site) => key >= (long)query - _before && key <= (long)query + _after;

    public override BlockRun? Next(BlockRow row, int from) => row.Next(
        from,
        ((int)Math.Max((long)row.First - _before, 0), (int)Math.Min((long)row.Last + _after, int.MaxValue - 1)),
        ((int)Math.Max((long)row.Last - _before, 0), (int)Math.Min((long)row.First + _after, int.MaxValue - 1)));

    public override string ToString() => (_before, _after) switch
    {
        (int.MaxValue, int.MaxValue) => "all",
        (int.MaxValue, 0) => "causal",
        _ => $"band({_before}, {_after})",
    };
}

/// <summary>Some keys are seen by all queries.</summary>
internal sealed record OpenKeys(ValueList<Range> Tokens) : AttentionPattern
{
    public override bool Sees(int query, int key, PatternSite site) => Tokens.Any(range => Contains(range, key, site.Tokens));

    public override BlockRun? Next(BlockRow row, int from)
    {
        BlockRun? first = null;
        foreach (var range in Tokens)
        {
            var (begin, end) = Bounds(range, row.Site.Tokens);
            if (row.Next(from, (begin, end - 1), (begin, end - 1)) is { } run && (first is null || run.Begin < first.Value.Begin))
                first = run;
        }

        return first;
    }

    public override string ToString() => $"keys({string.Join(", ", Tokens)})";

    /// <summary>First token of a range and the one after the last, within the sample.</summary>
    internal static (int Begin, int End) Bounds(Range range, int tokens)
    {
        int At(Index index) => Math.Clamp(index.GetOffset(tokens), 0, tokens);
        return (At(range.Start), Math.Max(At(range.Start), At(range.End)));
    }

    internal static bool Contains(Range range, int token, int tokens)
    {
        var (begin, end) = Bounds(range, tokens);
        return token >= begin && token < end;
    }
}

/// <summary>Some queries see all keys.</summary>
internal sealed record OpenQueries(ValueList<Range> Tokens) : AttentionPattern
{
    public override bool Sees(int query, int key, PatternSite site) => Tokens.Any(range => OpenKeys.Contains(range, query, site.Tokens));

    public override BlockRun? Next(BlockRow row, int from)
    {
        var bounds = Tokens.Select(range => OpenKeys.Bounds(range, row.Site.Tokens)).ToArray();
        if (from >= row.Blocks || !bounds.Any(range => range.Begin < range.End && range.Begin <= row.Last && range.End > row.First))
            return null;
        var isFull = bounds.Any(range => range.Begin <= row.First && range.End > row.Last);
        return new BlockRun(from, row.Blocks, isFull ? Coverage.Full : Coverage.Partial);
    }

    public override string ToString() => $"queries({string.Join(", ", Tokens)})";
}
