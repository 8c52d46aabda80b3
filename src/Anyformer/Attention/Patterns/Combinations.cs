namespace Anyformer.Attention.Patterns;

/// <summary>What both patterns open.</summary>
internal sealed record Intersection(AttentionPattern Left, AttentionPattern Right) : AttentionPattern
{
    public override bool VariesByHead => Left.VariesByHead || Right.VariesByHead;

    public override bool Sees(int query, int key, PatternSite site) => Left.Sees(query, key, site) && Right.Sees(query, key, site);

    public override BlockRun? Next(BlockRow row, int from)
    {
        while (Left.Next(row, from) is { } left && Right.Next(row, left.Begin) is { } right)
        {
            if (right.Begin < left.End)
                return new BlockRun(right.Begin, Math.Min(left.End, right.End), (Coverage)Math.Min((int)left.Coverage, (int)right.Coverage));
            from = right.Begin;
        }

        return null;
    }

    public override string ToString() => $"{Factor(Left)} & {Factor(Right)}";

    private static string Factor(AttentionPattern pattern) => pattern is Union ? $"({pattern})" : $"{pattern}";
}

/// <summary>What either pattern opens.</summary>
internal sealed record Union(AttentionPattern Left, AttentionPattern Right) : AttentionPattern
{
    public override bool VariesByHead => Left.VariesByHead || Right.VariesByHead;

    public override bool Sees(int query, int key, PatternSite site) => Left.Sees(query, key, site) || Right.Sees(query, key, site);

    public override BlockRun? Next(BlockRow row, int from)
    {
        if (Left.Next(row, from) is not { } left)
            return Right.Next(row, from);
        if (Right.Next(row, from) is not { } right)
            return left;
        if (left.Begin == right.Begin)
            return new BlockRun(left.Begin, Math.Min(left.End, right.End), (Coverage)Math.Max((int)left.Coverage, (int)right.Coverage));
        var (first, second) = left.Begin < right.Begin ? (left, right) : (right, left);
        return first with { End = Math.Min(first.End, second.Begin) };
    }

    public override string ToString() => $"{Left} | {Right}";
}

/// <summary>What a pattern does not open.</summary>
internal sealed record Complement(AttentionPattern Pattern) : AttentionPattern
{
    public override bool VariesByHead => Pattern.VariesByHead;

    public override bool Sees(int query, int key, PatternSite site) => !Pattern.Sees(query, key, site);

    public override BlockRun? Next(BlockRow row, int from)
    {
        while (from < row.Blocks)
        {
            if (Pattern.Next(row, from) is not { } run)
                return new BlockRun(from, row.Blocks, Coverage.Full);
            if (run.Begin > from)
                return new BlockRun(from, run.Begin, Coverage.Full);
            if (run.Coverage == Coverage.Partial)
                return run;
            from = run.End;
        }

        return null;
    }

    public override string ToString() => Pattern is Union or Intersection ? $"!({Pattern})" : $"!{Pattern}";
}

/// <summary>Patterns that share the heads evenly, in order.</summary>
internal sealed record PerHead : AttentionPattern
{
    private readonly ValueList<AttentionPattern> _patterns;

    public PerHead(ValueList<AttentionPattern> patterns) => _patterns = patterns.Count > 0
        ? patterns
        : throw new UserException("A pattern for each head needs at least one pattern.");

    public override bool VariesByHead => true;

    public override bool Sees(int query, int key, PatternSite site) => Of(site).Sees(query, key, site);

    public override BlockRun? Next(BlockRow row, int from) => Of(row.Site).Next(row, from);

    public override string ToString() => $"per-head({string.Join(", ", _patterns)})";

    private AttentionPattern Of(PatternSite site) => _patterns[(int)((long)site.Head * _patterns.Count / site.Heads)];
}
