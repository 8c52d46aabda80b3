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
            state.Keys.Fill(inputs.Keys.Block(pair));
            state.Values.Fill(inputs.Values.Block(pair));
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
        state.Reset();
        Packing<T>.Columns(queries, queryBlock * BlockPlan.Size, rows, _scale, state.Queries.Start, _panelWidth);
        var columns = new Operand<T>(state.Queries.Start, _panelWidth, 1, (nint)_panelWidth * sizes.Width);
        foreach (var visit in plan.KeyBlocks(pair % sizes.Heads, queryBlock))
        {
            var site = sizes.Site(pair, queryBlock, visit.Block);
            if (scores.IsBlind(site.Sample, visit.Block))
                continue;
            Score(site, visit, columns, state);
            if (state.Sites.Count == HeadState.MostBlocks)
                TakeValues(pair, state);
        }

        if (state.Sites.Count > 0)
            TakeValues(pair, state);
    }

    /// <summary>The scores of a block of keys, behind those of the blocks before.</summary>
    private void Score(BlockSite site, BlockVisit visit, Operand<T> queries, HeadState state)
    {
        var target = state.Scores.Start + state.ScoredKeys * BlockPlan.Size;
        Product<T, TVector, TLanes>.Multiply(state.Keys.From(visit.Block), queries, site.Keys, sizes.Width,
            Product<T, TVector, TLanes>.Panels(site.Queries), target, BlockPlan.Size, adds: false);
        scores.Prepare(site, visit.Open, target);
        state.Sites.Add(site);
        state.ScoredKeys += site.Keys;
    }

    /// <summary>Adds the values that belong to the scores there are, times their weights.</summary>
    private void TakeValues(int pair, HeadState state)
    {
        var rows = state.Sites[0].Queries;
        for (var query = 0; query < rows; query += TLanes.Count)
            Exponentiate(state, query, state.ScoredKeys);
        var weights = state.Scores.Start;
        for (int next, first = 0; first < state.Sites.Count; first = next)
        {
            var keys = 0;
            // Blocks of keys that follow each other are one product.
            for (next = first; next < state.Sites.Count && state.Sites[next].FirstKey == state.Sites[first].FirstKey + keys; next++)
            {
                dropout.Drop(pair, state.Sites[next], weights + keys * BlockPlan.Size);
                keys += state.Sites[next].Keys;
            }

            Product<T, TVector, TLanes>.Multiply(new Operand<T>(weights, 1, BlockPlan.Size),
                state.Values.From(state.Sites[first].FirstKey / BlockPlan.Size, _panelWidth), rows, keys, _valuePanels, state.Context.Start, PaddedValueWidth, adds: true);
            weights += keys * BlockPlan.Size;
        }

        state.Sites.Clear();
        state.ScoredKeys = 0;
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
        var sums = new ReadOnlySpan<T>(state.Sums.Start, site.Queries);
        var left = new Span<T>(logarithms, site.Queries);
        TensorPrimitives.Log2(sums, left);
        TensorPrimitives.Add(left, new ReadOnlySpan<T>(state.Shifts.Start, site.Queries), left);
        for (var query = 0; query < site.Queries; query++)
        {
            // A query that sees nothing takes nothing, and in the backward pass its scores are infinitely far below this.
            if (sums[query] == T.Zero)
                left[query] = T.PositiveInfinity;
            Divide(state.Context.Start + query * PaddedValueWidth, sums[query], context.Row(site.FirstQuery + query));
        }
    }

    private void Divide(T* row, T sum, T* target)
    {
        var factor = sum == T.Zero ? T.Zero : T.One / sum;
        var i = 0;
        for (var factors = TLanes.Create(factor); i <= sizes.ValueWidth - TLanes.Count; i += TLanes.Count)
            TLanes.Store(TLanes.Multiply(TLanes.Load(row + i), factors), target + i);
        for (; i < sizes.ValueWidth; i++)
            target[i] = row[i] * factor;
    }

    /// <summary>What a thread holds of a head and of a block of its queries.</summary>
    private sealed class HeadState(FusedSizes sizes, int valueWidth) : IDisposable
    {
        /// <summary>Blocks of keys whose values are taken at once: long sums stay in registers, and scores in the second cache.</summary>
        internal const int MostBlocks = 4;

        /// <summary>Keys.</summary>
        internal BlockRows<T> Keys { get; } = new(sizes.Keys, sizes.QueryBlocks, sizes.Width, sizes.Width, Tile<T, TVector, TLanes>.Rows);

        /// <summary>Values.</summary>
        internal BlockRows<T> Values { get; } = new(sizes.Keys, sizes.QueryBlocks, sizes.ValueWidth, valueWidth, rows: 1);

        /// <summary>The queries as columns, scaled.</summary>
        internal Scratch<T> Queries { get; } = new(BlockPlan.Size * sizes.Width);

        /// <summary>Scores, then weights, of a few blocks of keys: a row for every key.</summary>
        internal Scratch<T> Scores { get; } = new(MostBlocks * BlockPlan.Size * BlockPlan.Size);

        /// <summary>The blocks of keys that have scores there.</summary>
        internal List<BlockSite> Sites { get; } = [];

        /// <summary>The keys that have scores there.</summary>
        internal int ScoredKeys { get; set; }

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
            Keys.Dispose();
            Values.Dispose();
            foreach (var scratch in new[] { Queries, Scores, Context, Sums, Shifts })
                scratch.Dispose();
        }
    }
}
