using System.Numerics;
using Anyformer.Kernels.Products;
using Anyformer.Kernels.Vectors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Anyformer.Kernels.Fused;

/// <summary>
/// The backward pass of <see cref="FusedAttention"/>: each block of keys goes through the blocks of queries that meet it, and the weights are made again
/// from the logarithms that the forward pass left. With weights P, dropout mask M and scores S = s Q K^T: dV = (P∘M)^T dO, dS = P∘((dO V^T)∘M - D) where
/// D is the inner product of a query's context and its gradient, dQ = s dS K, dK = s dS^T Q.
/// </summary>
internal sealed unsafe class FusedBackward<T, TVector, TLanes>(FusedSizes sizes, BlockPlan plan, BlockScores<T> scores, FusedDropout<T> dropout, double scale, BiasGradient<T>? bias)
    : IFusedBackward<T>
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : struct where TLanes : struct, ILanes<T, TVector>
{
    private readonly int _panelWidth = Tile<T, TVector, TLanes>.Width;
    private readonly int _panels = Product<T, TVector, TLanes>.Panels(sizes.Width);
    private readonly int _valuePanels = Product<T, TVector, TLanes>.Panels(sizes.ValueWidth);
    private readonly T _scale = T.CreateTruncating(scale);

    private int PaddedWidth => _panels * _panelWidth;

    private int PaddedValueWidth => _valuePanels * _panelWidth;

    /// <inheritdoc/>
    public void Run(FusedInputs<T> inputs, Rows<T> given, T* logarithms, T* products, FusedInputs<T> gradients, int[][] groups, int parts) =>
        Workers.Run(groups.Length * parts, () => new HeadState(sizes, PaddedWidth, PaddedValueWidth, _panelWidth), (state, unit) =>
        {
            var part = unit % parts;
            foreach (var pair in groups[unit / parts])
            {
                state.Begin(inputs, given, pair, _scale * BlockScores<T>.Log2E);
                var left = new ForwardSums(logarithms + (long)pair * sizes.PaddedQueries, products + (long)pair * sizes.PaddedQueries);
                for (var block = part; block < sizes.KeyBlocks; block += parts)
                    DifferentiateBlock(pair, block, left, gradients, state);
                Copy(state.QueryGradients, PaddedWidth, _scale, gradients.Queries.Block((long)pair * parts + part), 0, sizes.Queries);
            }
        });

    private void DifferentiateBlock(int pair, int block, ForwardSums left, FusedInputs<T> gradients, HeadState state)
    {
        state.BeginKeys();
        var site = sizes.Site(pair, 0, block);
        if (!scores.IsBlind(site.Sample, block))
            Differentiate(pair, block, left, state);
        Copy(state.KeyGradients, PaddedWidth, _scale, gradients.Keys.Block(pair), site.FirstKey, site.Keys);
        Copy(state.ValueGradients, PaddedValueWidth, T.One, gradients.Values.Block(pair), site.FirstKey, site.Keys);
    }

    private void Differentiate(int pair, int keyBlock, ForwardSums left, HeadState state)
    {
        var (keys, values) = (state.Keys.From(keyBlock, _panelWidth), state.Values.From(keyBlock));
        var (weights, slopes) = (new Operand<T>(state.Scores.Start, BlockPlan.Size), new Operand<T>(state.Slopes.Start, BlockPlan.Size));
        foreach (var visit in plan.QueryBlocks(pair % sizes.Heads, keyBlock))
        {
            var site = sizes.Site(pair, visit.Block, keyBlock);
            var (rows, panels) = (site.Queries, Product<T, TVector, TLanes>.Panels(site.Queries));
            Product<T, TVector, TLanes>.Multiply(
                keys, state.Queries.Columns(visit.Block), site.Keys, sizes.Width, panels, state.Scores.Start, BlockPlan.Size, adds: false);
            Product<T, TVector, TLanes>.Multiply(
                values, state.Given.Columns(visit.Block), site.Keys, sizes.ValueWidth, panels, state.Slopes.Start, BlockPlan.Size, adds: false);
            scores.Prepare(site, visit.Open, state.Scores.Start);
            dropout.Drop(pair, site, state.Slopes.Start);
            for (var query = 0; query < rows; query += TLanes.Count)
                Weigh(state, query, site, left);
            bias?.Add(site, state.Slopes.Start);
            dropout.Drop(pair, site, state.Scores.Start);
            Product<T, TVector, TLanes>.Multiply(
                weights, state.Given.Rows(visit.Block), site.Keys, rows, _valuePanels, state.ValueGradients.Start, PaddedValueWidth, adds: true);
            Product<T, TVector, TLanes>.Multiply(
                slopes, state.Queries.Rows(visit.Block), site.Keys, rows, _panels, state.KeyGradients.Start, PaddedWidth, adds: true);
            Product<T, TVector, TLanes>.Multiply(
                slopes.Transposed, keys, rows, site.Keys, _panels, state.QueryGradients.Start + (long)site.FirstQuery * PaddedWidth, PaddedWidth, adds: true);
        }
    }

    /// <summary>From scores to weights, and from slopes of weights to those of scores, of a register of queries, in place.</summary>
    private static void Weigh(HeadState state, int query, BlockSite site, ForwardSums left)
    {
        T* weights = state.Scores.Start + query, slopes = state.Slopes.Start + query;
        var (shift, mean) = (TLanes.Load(left.Logarithms + site.FirstQuery + query), TLanes.Load(left.Products + site.FirstQuery + query));
        for (var key = 0; key < site.Keys; key++, weights += BlockPlan.Size, slopes += BlockPlan.Size)
        {
            var weight = PowersOfTwo<T, TVector, TLanes>.Of(TLanes.Subtract(TLanes.Load(weights), shift));
            TLanes.Store(weight, weights);
            TLanes.Store(TLanes.Multiply(weight, TLanes.Subtract(TLanes.Load(slopes), mean)), slopes);
        }
    }

    private static void Copy(Scratch<T> source, int stride, T factor, RowBlock<T> target, int first, int count)
    {
        for (var row = 0; row < count; row++)
            TensorPrimitives.Multiply(
                new ReadOnlySpan<T>(source.Start + (long)row * stride, target.Width), factor, new Span<T>(target.Row(first + row), target.Width));
    }

    /// <summary>What the forward pass left of the queries of a head.</summary>
    private readonly struct ForwardSums(T* logarithms, T* products)
    {
        /// <summary>Logarithms of sums of exponentiated scores.</summary>
        internal T* Logarithms => logarithms;

        /// <summary>Inner products of contexts and their gradients.</summary>
        internal T* Products => products;
    }

    /// <summary>What a thread holds of a head and of a block of its keys.</summary>
    private sealed class HeadState(FusedSizes sizes, int width, int valueWidth, int panelWidth) : IDisposable
    {
        /// <summary>Keys.</summary>
        internal BlockRows<T> Keys { get; } = new(sizes.Keys, sizes.QueryBlocks, sizes.Width, width, Tile<T, TVector, TLanes>.Rows);

        /// <summary>Values.</summary>
        internal BlockRows<T> Values { get; } = new(sizes.Keys, sizes.QueryBlocks, sizes.ValueWidth, valueWidth, Tile<T, TVector, TLanes>.Rows);

        /// <summary>Queries.</summary>
        internal QueryPanels<T> Queries { get; } = new(sizes, sizes.Width, width, panelWidth);

        /// <summary>The given gradients of contexts.</summary>
        internal QueryPanels<T> Given { get; } = new(sizes, sizes.ValueWidth, valueWidth, panelWidth);

        /// <summary>The gradients of queries so far.</summary>
        internal Scratch<T> QueryGradients { get; } = new((long)sizes.PaddedQueries * width);

        /// <summary>Scores, then weights, of a block of queries: a row for every key.</summary>
        internal Scratch<T> Scores { get; } = new(BlockPlan.Size * BlockPlan.Size);

        /// <summary>The gradients of weights, then of scores.</summary>
        internal Scratch<T> Slopes { get; } = new(BlockPlan.Size * BlockPlan.Size);

        /// <summary>The gradients of a block of keys so far.</summary>
        internal Scratch<T> KeyGradients { get; } = new(BlockPlan.Size * width);

        /// <summary>The gradients of a block of values so far.</summary>
        internal Scratch<T> ValueGradients { get; } = new(BlockPlan.Size * valueWidth);

        /// <summary>Begins a head.</summary>
        internal void Begin(FusedInputs<T> inputs, Rows<T> given, int pair, T scale)
        {
            Keys.Fill(inputs.Keys.Block(pair));
            Values.Fill(inputs.Values.Block(pair));
            Queries.Fill(inputs.Queries.Block(pair), scale);
            Given.Fill(given.Block(pair), T.One);
            new Span<T>(QueryGradients.Start, checked((int)((long)sizes.PaddedQueries * width))).Clear();
        }

        /// <summary>Begins a block of keys.</summary>
        internal void BeginKeys()
        {
            new Span<T>(KeyGradients.Start, BlockPlan.Size * width).Clear();
            new Span<T>(ValueGradients.Start, BlockPlan.Size * valueWidth).Clear();
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            Keys.Dispose();
            Values.Dispose();
            Queries.Dispose();
            Given.Dispose();
            foreach (var scratch in new[] { QueryGradients, Scores, Slopes, KeyGradients, ValueGradients })
                scratch.Dispose();
        }
    }
}
