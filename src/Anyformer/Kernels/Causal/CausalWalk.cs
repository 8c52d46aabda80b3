using System.Numerics;
using Anyformer.Kernels.Products;
using Anyformer.Kernels.Vectors;
using Anyformer.Torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Anyformer.Kernels.Causal;

/// <summary>
/// <c>[t] = q[t] · sum_(s ≤ t) k[s]^T v[s]</c>, chunk by chunk of the tokens of a head: a chunk meets the sum over the chunks before it, and itself
/// through a small table of which tiles above the diagonal are left out; then it joins the sum (Hua et al. 2022, arXiv 2202.10447, section 3.3).
/// Only one sum is held. Over the future the walk is the same from the last token to the first.
/// </summary>
internal sealed unsafe class CausalWalk<T, TVector, TLanes>(WalkTerms<T> terms) : ICausalWalk
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : struct where TLanes : struct, ILanes<T, TVector>
{
    /// <summary>Products that a thread must have to do before another is woken, some ten microseconds' work.</summary>
    private const long LeastWork = 500_000;

    private readonly int _panels = Product<T, TVector, TLanes>.Panels(terms.Values.Width);

    private static int PanelWidth => Tile<T, TVector, TLanes>.Width;

    private static int TileRows => Tile<T, TVector, TLanes>.Rows;

    /// <inheritdoc/>
    public void Run()
    {
        var threads = (int)Math.Clamp(terms.Pairs * (long)terms.Queries.Tokens * terms.Features * terms.Values.Width / LeastWork, 1, TorchRuntime.Threads);
        // Where there are fewer heads than threads, they are cut by columns of values: no sum is cut, so the bits stay the same.
        var parts = Math.Clamp((threads + terms.Pairs - 1) / terms.Pairs, 1, _panels);
        Workers.Run(terms.Pairs * parts, () => new WalkState<T>(terms, PanelWidth, TileRows), (state, unit) =>
        {
            var (pair, part) = (unit / parts, unit % parts);
            var first = _panels * part / parts * PanelWidth;
            var end = Math.Min(_panels * (part + 1) / parts * PanelWidth, terms.Values.Width);
            var weights = part == 0 && terms.Weights is { } asked ? terms.Block(asked, pair) : (RowBlock<T>?)null;
            Walk(terms.Head(pair, first, end - first), weights, state);
        }, threads);
    }

    private static void Walk(WalkHead<T> head, RowBlock<T>? weights, WalkState<T> state)
    {
        var panels = Product<T, TVector, TLanes>.Panels(head.Values.Width);
        for (var first = 0; first < head.Tokens; first += WalkState<T>.Chunk)
        {
            var count = Math.Min(WalkState<T>.Chunk, head.Tokens - first);
            var (hasPast, hasFuture) = (first > 0, first + count < head.Tokens);
            state.Take(head, first, count);
            if (hasFuture)
                head.Prefetch(first + count, Math.Min(WalkState<T>.Chunk, head.Tokens - first - count));
            if (weights is { } asked)
                Weigh(state, count, asked.Rows(first, count), hasPast);
            Meet(state, count, panels, hasPast);
            Packing<T>.Rows(new RowBlock<T>(state.Products.Start, state.Width, count, head.Sums.Width), head.Sums.Row(first), (nint)head.Sums.Stride);
            if (hasFuture)
                Join(state, count, panels, hasPast);
        }
    }

    /// <summary>The products of a chunk: with the sum before it, and with itself.</summary>
    private static void Meet(WalkState<T> state, int count, int panels, bool hasPast)
    {
        Fill(state, count);
        if (hasPast)
            Product<T, TVector, TLanes>.Multiply(new Operand<T>(state.Queries.Start, state.Depth), new Operand<T>(state.Sum.Start, state.Width, 1, PanelWidth),
                count, state.Features, panels, state.Products.Start, state.Width, adds: false);
        var (table, values) = (new Operand<T>(state.Table.Start, WalkState<T>.Chunk), new Operand<T>(state.Values.Start, state.Width, 1, PanelWidth));
        for (var panel = 0; panel < panels; panel++)
            for (var row = 0; row < count; row += TileRows)
                Tile<T, TVector, TLanes>.Multiply(table.FromRow(row), values.Panel(panel), Math.Min(row + TileRows, count),
                    state.Products.Start + row * state.Width + panel * PanelWidth, state.Width, hasPast);
    }

    /// <summary>Fills the table with the products of queries and keys, as far as tiles touch the diagonal, and with zeros above it.</summary>
    private static void Fill(WalkState<T> state, int count)
    {
        Packing<T>.Columns(new RowBlock<T>(state.Keys.Start, state.Depth, count, state.Features), 0, count, T.One, state.Columns.Start, PanelWidth);
        var queries = new Operand<T>(state.Queries.Start, state.Depth);
        var keys = new Operand<T>(state.Columns.Start, PanelWidth, 1, (nint)PanelWidth * state.Features);
        for (var panel = 0; panel * PanelWidth < count; panel++)
            for (var row = panel * PanelWidth; row < count; row += TileRows)
                Tile<T, TVector, TLanes>.Multiply(queries.FromRow(row), keys.Panel(panel), state.Features,
                    state.Table.Start + row * WalkState<T>.Chunk + panel * PanelWidth, WalkState<T>.Chunk, adds: false);
        for (var row = 0; row < count; row++)
            new Span<T>(state.Table.Start + row * WalkState<T>.Chunk + row + 1, TileRows - 1 - row % TileRows).Clear();
    }

    private static void Join(WalkState<T> state, int count, int panels, bool hasPast) => Product<T, TVector, TLanes>.Multiply(
        new Operand<T>(state.Keys.Start, 1, state.Depth), new Operand<T>(state.Values.Start, state.Width, 1, PanelWidth),
        state.Features, count, panels, state.Sum.Start, state.Width, hasPast);

    private static void Weigh(WalkState<T> state, int count, RowBlock<T> weights, bool hasPast)
    {
        var sum = new Span<T>(state.KeySum.Start, state.Features);
        if (!hasPast)
            sum.Clear();
        for (var row = 0; row < count; row++)
        {
            TensorPrimitives.Add(sum, new ReadOnlySpan<T>(state.Keys.Start + row * state.Depth, state.Features), sum);
            *weights.Row(row) = TensorPrimitives.Dot<T>(sum, new ReadOnlySpan<T>(state.Queries.Start + row * state.Depth, state.Features));
        }
    }
}
