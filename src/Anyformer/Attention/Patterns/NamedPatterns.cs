namespace Anyformer.Attention.Patterns;

/// <summary>The fixed patterns of published models, as expressions.</summary>
public static class NamedPatterns
{
    /// <summary>A window around each token, perhaps with gaps, and global tokens (Beltagy et al. 2020, arXiv 2004.05150).</summary>
    public static AttentionPattern Longformer(int window, int dilation, params Range[] global) =>
        AttentionPattern.Dilated(window, window, dilation) | AttentionPattern.Global(global);

    /// <summary>Neighbouring blocks, random blocks, and the first and last block global (Zaheer et al. 2020, arXiv 2007.14062).</summary>
    public static AttentionPattern BigBird(int block, int random, int seed = 0) =>
        AttentionPattern.BlockWindow(block, block, block) | AttentionPattern.RandomBlocks(block, random, seed) | AttentionPattern.Global(..block, ^block..);

    /// <summary>Global tokens that come first, and long tokens that see those near them (Ainslie et al. 2020, arXiv 2004.08483).</summary>
    public static AttentionPattern Etc(int global, int radius) =>
        AttentionPattern.Band(radius, radius) | AttentionPattern.Global(..global);

    /// <summary>A relay that comes first, and the satellites in a row (Guo et al. 2019, arXiv 1902.09113).</summary>
    public static AttentionPattern Star() =>
        AttentionPattern.Band(1, 1) | AttentionPattern.Global(..1);

    /// <summary>The last tokens, and every stride-th one before (Child et al. 2019, arXiv 1904.10509, section 4.3).</summary>
    public static AttentionPattern SparseStrided(int stride) =>
        (AttentionPattern.Band(stride - 1, 0) | AttentionPattern.Strided(stride)) & AttentionPattern.Causal;

    /// <summary>The own block, and the last columns of every block before (Child et al. 2019, arXiv 1904.10509, section 4.3).</summary>
    public static AttentionPattern SparseFixed(int stride, int expressivity) =>
        (AttentionPattern.BlockLocal(stride) | AttentionPattern.Columns(stride, stride - expressivity, stride)) & AttentionPattern.Causal;

    /// <summary>Every head sees one block of a few, itself shifted by 0, 1, 2 ... (Qiu et al. 2020, arXiv 1911.02972).</summary>
    /// <param name="heads">How many heads have each shift: 10 and 2 for two blocks.</param>
    public static AttentionPattern Blockwise(params int[] heads) =>
        AttentionPattern.PerHead(heads.SelectMany((count, shift) => Enumerable.Repeat(Shifted(heads.Length, shift), count)));

    /// <summary>The own block of an image's tokens and so many tokens before it (Parmar et al. 2018, arXiv 1802.05751, section 3.3).</summary>
    public static AttentionPattern Image1D(int block, int memory) =>
        AttentionPattern.BlockWindow(block, memory, 0) & AttentionPattern.Causal;

    /// <summary>The own block of an image, and rows above and columns beside it, in the order of generation (the same, figure 1).</summary>
    public static AttentionPattern Image2D(int width, int blockHeight, int blockWidth, int rowsAbove, int columnsBeside) =>
        AttentionPattern.BlockWindow(blockHeight * width, rowsAbove * width, 0)
        & AttentionPattern.ColumnWindow(width, blockWidth, columnsBeside, columnsBeside) & AttentionPattern.BlockRaster(width, blockHeight, blockWidth);

    private static AttentionPattern Shifted(int blocks, int shift) =>
        AttentionPattern.BlockPermuted(Enumerable.Range(0, blocks).Select(block => (block + shift) % blocks));
}
