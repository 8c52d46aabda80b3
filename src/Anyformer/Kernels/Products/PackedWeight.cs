using System.Buffers;
using System.Runtime.Intrinsics;
using Anyformer.Torch;

namespace Anyformer.Kernels.Products;

/// <summary>
/// The weights of a linear map in panels, as <see cref="Tile{T, TVector, TLanes}"/> reads them: a panel holds as many outputs as two registers have lanes, input
/// by input. As many rows of weights fill as much memory, so they are turned in place; only what is left over at the end is copied, and filled up with zeros.
/// </summary>
internal sealed unsafe class PackedWeight
{
    /// <summary>Inputs that are turned at once, in the first cache.</summary>
    private const int Strip = 16;

    private readonly Tensor _weight;
    private readonly Tensor? _last;
    private readonly float* _start;

    /// <summary>Turns weights, (outputs, inputs), float32 in a row in the processor's memory. Nobody may read them as they were until <see cref="Unpack"/>.</summary>
    /// <param name="weight">The weights.</param>
    /// <param name="width">Outputs of a panel: lanes of two registers.</param>
    internal PackedWeight(Tensor weight, int width)
    {
        (Outputs, Inputs, Width) = (weight.Size(0), (int)weight.Size(1), width);
        _weight = weight;
        _start = (float*)weight.DataPointer;
        if (Outputs % width > 0)
            _last = FilledUp(Whole).OutliveScopes();
        Turn(static (source, target, rows, columns) => Transpose(source, target, rows, columns));
    }

    /// <summary>Outputs of a panel where registers are as wide as this machine has them.</summary>
    internal static int WidestPanel => 2 * (Vector512.IsHardwareAccelerated ? Vector512<float>.Count : Vector256.IsHardwareAccelerated ? Vector256<float>.Count : Vector128<float>.Count);

    internal long Outputs { get; }

    internal int Inputs { get; }

    /// <summary>Outputs of a panel.</summary>
    internal int Width { get; }

    internal long Panels => (Outputs + Width - 1) / Width;

    /// <summary>Panels without padding.</summary>
    private long Whole => Outputs / Width;

    /// <summary>A panel: for each input, <see cref="Width"/> weights.</summary>
    internal float* Panel(long index) => index < Whole ? _start + index * Width * Inputs : (float*)_last!.DataPointer;

    /// <summary>Turns the weights back.</summary>
    internal void Unpack() => Turn(static (source, target, rows, columns) => Transpose(source, target, columns, rows));

    /// <summary>The outputs behind the last whole panel.</summary>
    private Tensor FilledUp(long whole)
    {
        using var scope = new TensorScope();
        var panel = Functional.Zeros([Inputs, Width], DType.Float32);
        var target = (float*)panel.DataPointer;
        for (var output = whole * Width; output < Outputs; output++)
            for (var input = 0; input < Inputs; input++)
                target[(long)input * Width + output % Width] = _start[output * Inputs + input];
        return scope.Keep(panel);
    }

    private void Turn(Transposition transpose)
    {
        var size = Inputs * Width;
        TorchParallel.For(Whole, 1 + (1 << 15) / size, (begin, end) =>
        {
            var copy = ArrayPool<float>.Shared.Rent(size);
            for (var panel = begin; panel < end; panel++)
                fixed (float* source = copy)
                {
                    new ReadOnlySpan<float>(Panel(panel), size).CopyTo(copy);
                    transpose(source, Panel(panel), Width, Inputs);
                }

            ArrayPool<float>.Shared.Return(copy);
        });
        GC.KeepAlive(_weight);
    }

    /// <summary>(rows, columns) to (columns, rows).</summary>
    private static void Transpose(float* source, float* target, int rows, int columns)
    {
        for (var first = 0; first < columns; first += Strip)
            for (var row = 0; row < rows; row++)
                for (var column = first; column < Math.Min(first + Strip, columns); column++)
                    target[column * rows + row] = source[row * columns + column];
    }

    private delegate void Transposition(float* source, float* target, int rows, int columns);
}
