using P = Anyformer.Attention.Patterns.AttentionPattern;

namespace Anyformer.Attention.Patterns;

/// <summary>A function that may be written in a pattern.</summary>
/// <param name="Arguments">Its arguments, in words.</param>
/// <param name="Make">Makes the pattern; throws <see cref="FormatException"/> when the arguments are others.</param>
internal sealed record PatternFunction(string Arguments, Func<PatternArguments, AttentionPattern> Make);

/// <summary>What may be written in a pattern, by name.</summary>
internal static class PatternFunctions
{
    /// <summary>All functions.</summary>
    public static IReadOnlyDictionary<string, PatternFunction> Known { get; } = new OrderedDictionary<string, PatternFunction>
    {
        ["all"] = new("", a => a.Apply(() => P.All)),
        ["causal"] = new("", a => a.Apply(() => P.Causal)),
        ["band"] = new("before, after", a => a.Apply(P.Band)),
        ["dilated"] = new("before, after, dilation", a => a.Apply(P.Dilated)),
        ["strided"] = new("stride", a => a.Apply(P.Strided)),
        ["columns"] = new("period, begin, end", a => a.Apply(P.Columns)),
        ["block-local"] = new("block", a => a.Apply(P.BlockLocal)),
        ["block-window"] = new("block, before, after", a => a.Apply(P.BlockWindow)),
        ["block-permuted"] = new("0, 1, 2, ... in another order", a => P.BlockPermuted(a.All<int>())),
        ["random"] = new("block, count, seed", a => a.Apply(P.RandomBlocks)),
        ["global"] = new("..first, ^last.., from..to", a => P.Global(a.All<Range>())),
        ["keys"] = new("..first, ^last.., from..to", a => new OpenKeys(new(a.All<Range>()))),
        ["queries"] = new("..first, ^last.., from..to", a => new OpenQueries(new(a.All<Range>()))),
        ["column-window"] = new("width, block, before, after", a => a.Apply(P.ColumnWindow)),
        ["block-raster"] = new("width, block height, block width", a => a.Apply(P.BlockRaster)),
        ["local-2d"] = new("width, radius", a => a.Apply(P.Local2D)),
        ["axial"] = new("width", a => a.Apply(P.Axial)),
        ["per-head"] = new("pattern, pattern, ...", a => P.PerHead(a.All<P>())),
        ["longformer"] = new("window, dilation, global tokens", a => a.Apply((window, dilation, global) => NamedPatterns.Longformer(window, dilation, ..global))),
        ["bigbird"] = new("block, random blocks, seed", a => a.Apply(NamedPatterns.BigBird)),
        ["etc"] = new("global tokens, radius", a => a.Apply(NamedPatterns.Etc)),
        ["star"] = new("", a => a.Apply(() => NamedPatterns.Star())),
        ["sparse-strided"] = new("stride", a => a.Apply(NamedPatterns.SparseStrided)),
        ["sparse-fixed"] = new("stride, expressivity", a => a.Apply(NamedPatterns.SparseFixed)),
        ["blockwise"] = new("heads of shift 0, heads of shift 1, ...", a => NamedPatterns.Blockwise([.. a.All<int>()])),
    };
}

/// <summary>The arguments of a function in a pattern: numbers, ranges or patterns. Others than the function takes are a <see cref="FormatException"/>.</summary>
internal sealed class PatternArguments(IReadOnlyList<object> values)
{
    /// <summary>Of no argument.</summary>
    public AttentionPattern Apply(Func<AttentionPattern> make) => values.Count == 0 ? make() : throw new FormatException();

    /// <summary>Of one number.</summary>
    public AttentionPattern Apply(Func<int, AttentionPattern> make) => make(Numbers(1)[0]);

    /// <summary>Of two numbers.</summary>
    public AttentionPattern Apply(Func<int, int, AttentionPattern> make) => Numbers(2) is [var a, var b] ? make(a, b) : throw new FormatException();

    /// <summary>Of three numbers.</summary>
    public AttentionPattern Apply(Func<int, int, int, AttentionPattern> make) =>
        Numbers(3) is [var a, var b, var c] ? make(a, b, c) : throw new FormatException();

    /// <summary>Of four numbers.</summary>
    public AttentionPattern Apply(Func<int, int, int, int, AttentionPattern> make) =>
        Numbers(4) is [var a, var b, var c, var d] ? make(a, b, c, d) : throw new FormatException();

    /// <summary>All arguments, at least one.</summary>
    public IEnumerable<T> All<T>() => values.Count > 0 && values.All(value => value is T) ? values.Cast<T>() : throw new FormatException();

    private int[] Numbers(int count) => values.Count == count ? [.. All<int>()] : throw new FormatException();
}
