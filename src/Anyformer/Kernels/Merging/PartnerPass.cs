using System.Numerics;
using Anyformer.Kernels.Products;
using Anyformer.Kernels.Vectors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Anyformer.Kernels.Merging;

/// <summary>
/// The loops of <see cref="BestPartners"/>: a block of asking tokens goes through the answering ones block by block, and keeps the best so far. Asking
/// tokens lie in the lanes of registers, so that each finds its own largest score, in order.
/// </summary>
internal sealed unsafe class PartnerPass<T, TVector, TLanes>(Rows<T> asking, Rows<T> answering, FoundPartners<T> found)
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : struct where TLanes : struct, ILanes<T, TVector>
{
    /// <summary>Tokens of a block.</summary>
    private const int Block = 64;

    private readonly int _panelWidth = Tile<T, TVector, TLanes>.Width;

    /// <summary>Finds the partners of all samples.</summary>
    internal void Run(int samples)
    {
        var blocks = (asking.Tokens + Block - 1) / Block;
        Workers.Run(samples * blocks, () => new SampleState(asking.Width, answering.Tokens), (state, unit) =>
        {
            var (sample, first) = (unit / blocks, unit % blocks * Block);
            state.Begin(sample, answering.Block(sample));
            var lengths = state.Ask(asking.Block(sample), first, Math.Min(Block, asking.Tokens - first), _panelWidth);
            for (var start = 0; start < answering.Tokens; start += Block)
                Compare(state, lengths.Length, start, Math.Min(Block, answering.Tokens - start));
            Finish(state, lengths, (long)sample * asking.Tokens + first);
        });
    }

    private void Compare(SampleState state, int count, int start, int answers)
    {
        var columns = new Operand<T>(state.Asking.Start, _panelWidth, 1, (nint)_panelWidth * asking.Width);
        var rows = new Operand<T>(state.Answering.Start + (long)start * asking.Width, asking.Width);
        Product<T, TVector, TLanes>.Multiply(
            rows, columns, answers, asking.Width, Product<T, TVector, TLanes>.Panels(count), state.Scores.Start, Block, adds: false);
        for (var lane = 0; lane < count; lane += TLanes.Count)
            KeepBest(state, lane, start, answers);
    }

    /// <summary>The best so far of a register of asking tokens. Numbers only rise, so that the larger one of two is the later.</summary>
    private static void KeepBest(SampleState state, int lane, int start, int answers)
    {
        var (best, partner) = (TLanes.Load(state.Best.Start + lane), TLanes.Load(state.Partners.Start + lane));
        for (var answer = 0; answer < answers; answer++)
        {
            var score = TLanes.Load(state.Scores.Start + answer * Block + lane);
            partner = TLanes.Max(partner, TLanes.WhereGreater(score, best, TLanes.Create(T.CreateTruncating(start + answer))));
            best = TLanes.Max(best, score);
        }

        TLanes.Store(best, state.Best.Start + lane);
        TLanes.Store(partner, state.Partners.Start + lane);
    }

    /// <summary>
    /// Asking tokens are brought to length one only here: it changes no order. What has no direction has no cosine either, which is above all others, as
    /// it is for libtorch's operators.
    /// </summary>
    private void Finish(SampleState state, ReadOnlySpan<T> lengths, long row)
    {
        for (var i = 0; i < lengths.Length; i++, row++)
        {
            var hasDirection = lengths[i] > T.Zero;
            var isDefined = hasDirection && state.FirstUndefined < 0;
            found.Scores[row] = isDefined ? state.Best.Start[i] / lengths[i] : T.NaN;
            found.Partners[row] = isDefined ? long.CreateTruncating(state.Partners.Start[i]) : hasDirection ? state.FirstUndefined : 0;
        }
    }

    /// <summary>What a thread holds of a sample and of a block of its asking tokens.</summary>
    private sealed class SampleState(int width, int answers) : IDisposable
    {
        private readonly T[] _lengths = new T[Block];
        private int _sample = -1;

        /// <summary>The answering tokens at length one, rows in whole blocks.</summary>
        internal Scratch<T> Answering { get; } = new((long)(answers + Block - 1) / Block * Block * width);

        /// <summary>The first answering token that has no direction; -1 when all have one.</summary>
        internal int FirstUndefined { get; private set; }

        /// <summary>The asking tokens as columns in panels.</summary>
        internal Scratch<T> Asking { get; } = new((long)Block * width);

        /// <summary>A row for every answering token of a block.</summary>
        internal Scratch<T> Scores { get; } = new(Block * Block);

        /// <summary>The largest scores so far.</summary>
        internal Scratch<T> Best { get; } = new(Block);

        /// <summary>The numbers of the answering tokens that have them.</summary>
        internal Scratch<T> Partners { get; } = new(Block);

        /// <summary>Goes to a sample, unless it is there.</summary>
        internal void Begin(int sample, RowBlock<T> tokens)
        {
            if (sample == _sample)
                return;
            (_sample, FirstUndefined) = (sample, -1);
            for (var row = 0; row < tokens.Count; row++)
            {
                var direction = new Span<T>(Answering.Start + (long)row * width, width);
                var length = Length(tokens.Row(row));
                TensorPrimitives.Divide(new ReadOnlySpan<T>(tokens.Row(row), width), length, direction);
                if (length > T.Zero)
                    continue;
                direction.Clear();
                FirstUndefined = FirstUndefined < 0 ? row : FirstUndefined;
            }
        }

        /// <summary>Begins a block of asking tokens.</summary>
        /// <returns>The length of each.</returns>
        internal ReadOnlySpan<T> Ask(RowBlock<T> tokens, int first, int count, int panelWidth)
        {
            for (var row = 0; row < count; row++)
                _lengths[row] = Length(tokens.Row(first + row));
            Packing<T>.Columns(tokens, first, count, T.One, Asking.Start, panelWidth);
            new Span<T>(Best.Start, Block).Fill(T.NegativeInfinity);
            new Span<T>(Partners.Start, Block).Clear();
            return _lengths.AsSpan(0, count);
        }

        /// <summary>The length of a vector, 0 where it has no direction: it is zero, or not finite.</summary>
        private T Length(T* vector) =>
            TensorPrimitives.Norm(new ReadOnlySpan<T>(vector, width)) is var length && T.IsFinite(length) ? length : T.Zero;

        /// <inheritdoc/>
        public void Dispose()
        {
            foreach (var scratch in new[] { Answering, Asking, Scores, Best, Partners })
                scratch.Dispose();
        }
    }
}
