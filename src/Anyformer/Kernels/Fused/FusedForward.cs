using System.Numerics;
using Anyformer.Kernels.Products;
using Anyformer.Kernels.Vectors;
using Anyformer.Torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Anyformer.Kernels.Fused;

/// <summary>
/// The forward pass of <see cref="FusedAttention"/>: each block of queries goes through the blocks of keys that it meets, with a softmax that is
/// corrected as larger scores turn up (Milakov and Gimelshein 2018, arXiv 1805.02867; Dao et al. 2022, arXiv 2205.14135). Scores lie with a query in
/// every lane, so that no sum goes across a register.
/// </summary>
internal sealed unsafe class FusedForward<T, TVector, TLanes>(FusedSizes sizes, BlockPlan plan, BlockScores<T> scores, FusedDropout<T> dropout, double scale)
    : IFusedForward<T>
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : struct where TLanes : struct, ILanes<T, TVector>
{
    private readonly int _panelWidth = Tile<T, TVector, TLanes>.Width;
    private readonly int _valuePanels = Product<T, TVector, TLanes>.Panels(sizes.ValueWidth);
    private readonly T _scale = T.CreateTruncating(scale) * BlockScores<T>.Log2E;

    private int PaddedValueWidth => _valuePanels * _panelWidth;

    /// <inheritdoc/>
    public void Run(FusedInputs<T> inputs, Rows<T> context, T* logarithms)
    {
        // Few heads are cut into parts by queries, so that every thread has work.
        var parts = Math.Clamp(4 * TorchRuntime.Threads / sizes.Pairs, 1, sizes.QueryBlocks);
        Workers.Run(sizes.Pairs * parts, () => new HeadState(sizes, PaddedValueWidth), (state, unit) =>
        {
            var (pair, part) = (unit / parts, unit % parts);
            state.Rows.Fill(inputs.Keys.Block(pair), inputs.Values.Block(pair));
            for (var block = part; block < sizes.QueryBlocks; block += parts)
            {
                Attend(pair, block, inputs.Queries.Block(pair), state);
                Finish(sizes.Site(pair, block, 0), state, context.Block(pair), logarithms + (long)pair * sizes.PaddedQueries + block * BlockPlan.Size);
            }
        });
    }

    private void Attend(int pair, int queryBlock, RowBlock<T> queries, HeadState state)
    {
        var rows = sizes.Site(pair, queryBlock, 0).Queries;
        var panels = Product<T, TVector, TLanes>.Panels(rows);
        state.Reset();
        Packing<T>.Columns(queries, queryBlock * BlockPlan.Size, rows, _scale, state.Queries.Start, _panelWidth);
        var columns = new Operand<T>(state.Queries.Start, _panelWidth, 1, (nint)_panelWidth * sizes.Width);
        foreach (var visit in plan.KeyBlocks(pair % sizes.Heads, queryBlock))
        {
            var site = sizes.Site(pair, queryBlock, visit.Block);
            if (scores.IsBlind(site.Sample, visit.Block))
                continue;
            Product<T, TVector, TLanes>.Multiply(
                state.Rows.Keys(visit.Block), columns, site.Keys, sizes.Width, panels, state.Scores.Start, BlockPlan.Size, adds: false);
            scores.Prepare(site, visit.Open, state.Scores.Start);
            for (var query = 0; query < rows; query += TLanes.Count)
                Exponentiate(state, query, site.Keys);
            dropout.Drop(pair, site, state.Scores.Start);
            Product<T, TVector, TLanes>.Multiply(new Operand<T>(state.Scores.Start, 1, BlockPlan.Size),
                state.Rows.Values(visit.Block, _panelWidth), rows, site.Keys, _valuePanels, state.Context.Start, PaddedValueWidth, adds: true);
        }
    }

    /// <summary>From the scores of a register of queries to weights that are not divided by their sum yet, in place.</summary>
    private void Exponentiate(HeadState state, int query, int keys)
    {
        var first = state.Scores.Start + query;
        var largest = TLanes.Load(first);
        for (var key = 1; key < keys; key++)
            largest = TLanes.Max(largest, TLanes.Load(first + key * BlockPlan.Size));
        // Scores may be a little larger than what is taken off them: weights up to 2^8 lose nothing, and are seldom corrected.
        var tolerated = TLanes.Add(TLanes.Load(state.Shifts.Start + query), TLanes.Create(T.CreateTruncating(8)));
        if (TLanes.AnyGreater(largest, tolerated))
            Shift(state, query, largest);
        var shift = TLanes.Load(state.Shifts.Start + query);
        var sum = TLanes.Load(state.Sums.Start + query);
        for (var key = 0; key < keys; key++)
        {
            var weight = PowersOfTwo<T, TVector, TLanes>.Of(TLanes.Subtract(TLanes.Load(first + key * BlockPlan.Size), shift));
            TLanes.Store(weight, first + key * BlockPlan.Size);
            sum = TLanes.Add(sum, weight);
        }

        TLanes.Store(sum, state.Sums.Start + query);
    }

    /// <summary>Takes the largest scores off the scores from now on, and brings what was summed up before to the same scale.</summary>
    private void Shift(HeadState state, int query, TVector largest)
    {
        var factors = stackalloc T[TLanes.Count];
        var shift = TLanes.Load(state.Shifts.Start + query);
        largest = TLanes.Max(largest, shift);
        TLanes.Store(largest, state.Shifts.Start + query);
        TLanes.Store(PowersOfTwo<T, TVector, TLanes>.Of(TLanes.Subtract(shift, largest)), factors);
        TLanes.Store(TLanes.Multiply(TLanes.Load(state.Sums.Start + query), TLanes.Load(factors)), state.Sums.Start + query);
        for (var lane = 0; lane < TLanes.Count; lane++)
        {
            var row = new Span<T>(state.Context.Start + (query + lane) * PaddedValueWidth, PaddedValueWidth);
            TensorPrimitives.Multiply(row, factors[lane], row);
        }
    }

    private void Finish(BlockSite site, HeadState state, RowBlock<T> context, T* logarithms)
    {
        for (var query = 0; query < site.Queries; query++)
        {
            var sum = state.Sums.Start[query];
            // A query that sees nothing takes nothing, and in the backward pass its scores are infinitely far below this.
            logarithms[query] = sum > T.Zero ? state.Shifts.Start[query] + T.Log2(sum) : T.PositiveInfinity;
            TensorPrimitives.Multiply(new ReadOnlySpan<T>(state.Context.Start + query * PaddedValueWidth, sizes.ValueWidth),
                sum > T.Zero ? T.One / sum : T.Zero, new Span<T>(context.Row(site.FirstQuery + query), sizes.ValueWidth));
        }
    }

    /// <summary>What a thread holds of a head and of a block of its queries.</summary>
    private sealed class HeadState(FusedSizes sizes, int valueWidth) : IDisposable
    {
        /// <summary>Keys and values.</summary>
        internal KeyValueRows<T> Rows { get; } = new(sizes, sizes.Width, valueWidth);

        /// <summary>The queries as columns, scaled.</summary>
        internal Scratch<T> Queries { get; } = new(BlockPlan.Size * sizes.Width);

        /// <summary>Scores, then weights, of a block of keys: a row for every key.</summary>
        internal Scratch<T> Scores { get; } = new(BlockPlan.Size * BlockPlan.Size);

        /// <summary>Weighted sums of values so far.</summary>
        internal Scratch<T> Context { get; } = new(BlockPlan.Size * valueWidth);

        /// <summary>Sums of weights so far.</summary>
        internal Scratch<T> Sums { get; } = new(BlockPlan.Size);

        /// <summary>What is taken off the scores.</summary>
        internal Scratch<T> Shifts { get; } = new(BlockPlan.Size);

        /// <summary>Begins a block.</summary>
        internal void Reset()
        {
            new Span<T>(Context.Start, BlockPlan.Size * valueWidth).Clear();
            new Span<T>(Sums.Start, BlockPlan.Size).Clear();
            // Below all scores but those of what is hidden, which stay infinitely far below.
            new Span<T>(Shifts.Start, BlockPlan.Size).Fill(T.CreateTruncating(-1e30));
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            Rows.Dispose();
            foreach (var scratch in new[] { Queries, Scores, Context, Sums, Shifts })
                scratch.Dispose();
        }
    }
}
