using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>
/// The Reformer without a head: local and LSH blocks on two reversible streams, axial positions (Kitaev et al., ICLR 2020, arXiv 2001.04451). Training
/// keeps the activations of one block, whatever their number.
/// </summary>
[Formula(
    "A_0 = B_0 = E[ids] + P, A_(l+1) = A_l + attention_l(norm(B_l)), B_(l+1) = B_l + mlp_l(norm(A_(l+1)))",
    "Y = norm([A_L, B_L]), attention local or of reformer",
    Where = "A, B: streams, (batch, tokens, width); E: embedding, (vocabulary, width); P: axial positions, (tokens, width); "
        + "Y: (batch, tokens, 2 · width)")]
[Method("reformer-model", "Reformer model", Family.LanguageModels, 2020, System = "reformer",
    Paper = "Kitaev, Kaiser, Levskaya, Reformer: The Efficient Transformer, ICLR 2020, arXiv 2001.04451",
    Complexity = "O(tokens · log tokens)")]
public sealed class Reformer : Module
{
    private readonly ReformerOptions _options;

    /// <summary>A model with fresh weights.</summary>
    /// <exception cref="UserException">Options contradict each other.</exception>
    public Reformer(ReformerOptions options)
    {
        if (options.PositionBox is not null && options.PositionWidths.Sum() != options.Width)
            throw new UserException(
                $"The widths of axial positions must add up to the width {options.Width}, found {string.Join(" + ", options.PositionWidths)}.");
        _options = options;
        Embedding = new Embedding(options.Vocabulary, options.Width);
        AxialPositions = options.PositionBox is { } box ? new AxialPositions(box, options.PositionWidths) : null;
        Positions = options.PositionBox is null ? new Embedding(options.MostTokens, options.Width) : null;
        Blocks = ModuleList<ReformerBlock>.Of(options.Attention.Count, i => new ReformerBlock(options, options.Attention[i]));
        Norm = new LayerNorm(2 * options.Width, options.NormEpsilon);
        Dropout = new Dropout(options.Dropout);
    }

    private Embedding Embedding { get; }

    private AxialPositions? AxialPositions { get; }

    private Embedding? Positions { get; }

    private ModuleList<ReformerBlock> Blocks { get; }

    private LayerNorm Norm { get; }

    private Dropout Dropout { get; }

    /// <summary>Both streams side by side: (batch, tokens, 2 · width).</summary>
    /// <param name="tokens">Numbers of tokens, (batch, tokens).</param>
    /// <param name="real">True where there is a token and no padding, (batch, tokens); null when there is no padding.</param>
    /// <exception cref="UserException">There are more tokens than positions.</exception>
    public Tensor Call(Tensor tokens, Tensor? real = null)
    {
        var count = tokens.Size(1);
        if (count > _options.MostTokens)
            throw new UserException($"This Reformer takes samples of up to {_options.MostTokens} tokens, found {count}.");
        using var scope = new TensorScope();
        // All blocks work on whole chunks of their own: one length for all keeps neighbours neighbours.
        var missing = Missing(count);
        if (missing > 0)
            (tokens, real) = (tokens.ConstantPadNd([0, missing]), (real ?? tokens.OnesLike(DType.Bool)).ConstantPadNd([0, missing]));
        // The backward pass computes the blocks again, after the scopes of this call.
        real = real?.Alias().OutliveScopes();
        var mask = new AttentionMask { IsCausal = _options.IsCausal, Keys = real, Queries = real };
        var embedded = Dropout.Call(Embedding.Call(tokens)) + Dropout.Call(PositionsOf(tokens.Size(1), count));
        var (first, second) = new ReversibleSequence([.. Blocks.SelectMany(block => block.Branches(mask))]).Call(embedded, embedded);
        return scope.Keep(Dropout.Call(Norm.Call(Functional.Cat([first, second], -1))).Narrow(1, 0, count));
    }

    /// <summary>The positions of the tokens, and zeros for what fills the last chunk.</summary>
    private Tensor PositionsOf(long filled, long count)
    {
        var positions = AxialPositions?.Call(count) ?? Positions!.Call(Functional.Arange(count, device: Embedding.Weight.Device));
        return positions.ConstantPadNd([0, 0, 0, filled - count]);
    }

    private long Missing(long count)
    {
        int[] chunks = [.. _options.Attention.Distinct().Select(kind => kind == ReformerAttention.Lsh ? _options.Lsh.Chunk : _options.Local.Window)];
        var whole = chunks.Aggregate(1L, static (multiple, chunk) => multiple / Divisor(multiple, chunk) * chunk);
        return count <= chunks.Min() ? 0 : (whole - count % whole) % whole;
    }

    private static long Divisor(long a, long b) => b == 0 ? a : Divisor(b, a % b);
}
