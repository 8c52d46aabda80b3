using System.Buffers;
using System.Runtime.CompilerServices;
using Anyformer.Kernels.Vectors;
using Anyformer.Torch;

namespace Anyformer.Kernels.Products;

/// <summary>
/// The loops of <see cref="PackedLinear"/>. Rows of the input are copied tile by tile to where they lie close together, whatever their stride was, and meet all
/// panels of a group there: a tile's rows stay in the first cache or the second, and panels come from the second or third, which is fast enough for eight rows.
/// </summary>
internal sealed unsafe class PackedProduct<TVector, TLanes>(InputRows input, PackedTarget[] targets)
    where TVector : struct where TLanes : struct, ILanes<float, TVector>
{
    /// <summary>Elements of the panels of a group, 4 MB: what a core may count on of the third cache.</summary>
    private const int GroupElements = 1 << 20;

    /// <summary>Products worth a thread.</summary>
    private const int Grain = 1 << 16;

    /// <summary>Elements between copied rows, beside their width, so that rows do not meet in the same places of the first cache.</summary>
    private const int Gap = 16;

    private readonly long[] _firstPanels = FirstPanels(targets);

    private static int TileRows => Tile<float, TVector, TLanes>.Rows;

    private static int TileWidth => Tile<float, TVector, TLanes>.Width;

    private long Panels => _firstPanels[^1];

    private long Tiles => (input.Count + TileRows - 1) / TileRows;

    /// <summary>Writes all outputs. The threads share the tiles or the panels, whichever goes up more evenly.</summary>
    internal void Run()
    {
        var work = input.Count * input.Width * TileWidth;
        if (Unevenness(Tiles) <= Unevenness(Panels))
            TorchParallel.For(Tiles, Share(Panels * work / Tiles), (begin, end) => Multiply(begin, end, 0, Panels));
        else
            TorchParallel.For(Panels, Share(work), (begin, end) => Multiply(0, Tiles, begin, end));
        GC.KeepAlive((input, targets));
    }

    /// <summary>How many of so many products each are worth a thread.</summary>
    private static long Share(long products) => 1 + Grain / Math.Max(1, products);

    /// <summary>What the thread with most to do has, against an even share.</summary>
    private static double Unevenness(long count)
    {
        var threads = TorchRuntime.Threads;
        return (count + threads - 1) / threads * threads / (double)count;
    }

    private static long[] FirstPanels(PackedTarget[] targets)
    {
        var first = new long[targets.Length + 1];
        for (var i = 0; i < targets.Length; i++)
            first[i + 1] = first[i] + targets[i].Map.Weight.Panels;
        return first;
    }

    private void Multiply(long firstTile, long endTile, long firstPanel, long endPanel)
    {
        var stride = input.Width + Gap;
        var group = Math.Max(1, GroupElements / (input.Width * TileWidth));
        var rented = ArrayPool<float>.Shared.Rent(TileRows * stride);
        var tile = stackalloc float[TileRows * TileWidth];
        fixed (float* rows = rented)
        {
            new Span<float>(rows, TileRows * stride).Clear();
            for (var panel = firstPanel; panel < endPanel; panel += group)
                for (var row = firstTile * TileRows; row < Math.Min(endTile * TileRows, input.Count); row += TileRows)
                {
                    var count = (int)Math.Min(TileRows, input.Count - row);
                    input.Copy(row, count, rows, stride);
                    MultiplyRows(rows, stride, row, count, panel, Math.Min(panel + group, endPanel), tile);
                }
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>A tile's rows times some panels.</summary>
    private void MultiplyRows(float* rows, int stride, long row, int count, long firstPanel, long endPanel, float* tile)
    {
        var index = 0;
        for (var panel = firstPanel; panel < endPanel; panel++)
        {
            while (panel >= _firstPanels[index + 1])
                index++;
            var own = panel - _firstPanels[index];
            var weights = targets[index].Map.Weight.Panel(own);
            if (count == 1)
                ThinTile<TVector, TLanes>.Multiply(rows, weights, input.Width, tile);
            else
                Tile<float, TVector, TLanes>.Multiply(new Operand<float>(rows, stride), new Operand<float>(weights, TileWidth), input.Width, tile, TileWidth, adds: false);
            Finish(targets[index], tile, row, count, own * TileWidth);
        }
    }

    private static void Finish(PackedTarget target, float* tile, long row, int count, long column)
    {
        switch (target.Activation)
        {
            case FusedActivation.Identity: Finish<Identity<TVector>>(target, tile, row, count, column); break;
            case FusedActivation.Relu: Finish<Relu<TVector, TLanes>>(target, tile, row, count, column); break;
            case FusedActivation.Gelu: Finish<Gelu<TVector, TLanes>>(target, tile, row, count, column); break;
            case FusedActivation.GeluTanh: Finish<GeluTanh<TVector, TLanes>>(target, tile, row, count, column); break;
            case FusedActivation.GeluQuick: Finish<GeluQuick<TVector, TLanes>>(target, tile, row, count, column); break;
            case FusedActivation.Silu: Finish<Silu<TVector, TLanes>>(target, tile, row, count, column); break;
            default: throw new ArgumentOutOfRangeException(nameof(target), target.Activation, "no such activation");
        }
    }

    /// <summary>From a tile of the product to the output: bias, activation and what is added then.</summary>
    private static void Finish<TActivation>(PackedTarget target, float* tile, long row, int count, long column) where TActivation : struct, IElementwise<TVector>
    {
        var outputs = target.Map.Weight.Outputs;
        var width = (int)Math.Min(TileWidth, outputs - column);
        var (bias0, bias1) = (TLanes.Load(target.Bias + column), TLanes.Load(target.Bias + column + TLanes.Count));
        for (var i = 0; i < count; i++, tile += TileWidth)
        {
            var at = (row + i) * outputs + column;
            var left = TActivation.Of(TLanes.Add(TLanes.Load(tile), bias0));
            var right = TActivation.Of(TLanes.Add(TLanes.Load(tile + TLanes.Count), bias1));
            if (width == TileWidth)
            {
                Write(left, target, at);
                Write(right, target, at + TLanes.Count);
                continue;
            }

            // A panel that is filled up goes back to the tile, and from there what is not filling.
            TLanes.Store(left, tile);
            TLanes.Store(right, tile + TLanes.Count);
            for (var j = 0; j < width; j++)
                target.Start[at + j] = target.Residual is null ? tile[j] : tile[j] + target.Residual[at + j];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(TVector output, PackedTarget target, long at) =>
        TLanes.Store(target.Residual is null ? output : TLanes.Add(output, TLanes.Load(target.Residual + at)), target.Start + at);
}
