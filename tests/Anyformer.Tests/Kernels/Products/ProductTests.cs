using System.Numerics;
using System.Runtime.Intrinsics;
using Anyformer.Kernels;
using Anyformer.Kernels.Products;
using Anyformer.Kernels.Vectors;
using Anyformer.Testing;
using FsCheck.Fluent;

namespace Anyformer.Tests.Kernels.Products;

public sealed unsafe class ProductTests
{
    private sealed record Sizes(int Rows, int Depth, int Panels, bool Transposed, bool Adds, int Seed);

    private static FsCheck.Gen<Sizes> RandomSizes =>
        from rows in Gen.Choose(1, 40)
        from depth in Gen.Choose(0, 50)
        from panels in Gen.Choose(1, 3)
        from transposed in Gen.Elements(false, true)
        from adds in Gen.Elements(false, true)
        from seed in Gen.Choose(0, 1000)
        select new Sizes(rows, depth, panels, transposed, adds, seed);

    [Fact]
    public void EqualsTripleLoops() => Property.Holds(RandomSizes, sizes =>
    {
        Check<float, Vector512<float>, Lanes512<float>>(sizes, 1e-5);
        Check<float, Vector256<float>, Lanes256<float>>(sizes, 1e-5);
        Check<float, Vector128<float>, Lanes128<float>>(sizes, 1e-5);
        Check<double, Vector512<double>, Lanes512<double>>(sizes, 1e-13);
        Check<double, Vector256<double>, Lanes256<double>>(sizes, 1e-13);
        Check<double, Vector128<double>, Lanes128<double>>(sizes, 1e-13);
    });

    private static void Check<T, TVector, TLanes>(Sizes sizes, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : struct where TLanes : struct, ILanes<T, TVector>
    {
        var random = new Random(sizes.Seed);
        var (tile, width) = (Tile<T, TVector, TLanes>.Rows, Tile<T, TVector, TLanes>.Width);
        var (rows, columns) = ((sizes.Rows + tile - 1) / tile * tile, sizes.Panels * width);
        using Scratch<T> a = Filled<T>(rows * (sizes.Depth + 1), random), b = Filled<T>((sizes.Depth + 1) * columns, random), c = Filled<T>(rows * columns, random);
        var held = new ReadOnlySpan<T>(c.Start, rows * columns).ToArray();
        var left = sizes.Transposed ? new Operand<T>(a.Start, 1, rows) : new Operand<T>(a.Start, sizes.Depth);
        Product<T, TVector, TLanes>.Multiply(
            left, new Operand<T>(b.Start, columns, 1, width), sizes.Rows, sizes.Depth, sizes.Panels, c.Start, columns, sizes.Adds);
        for (var row = 0; row < sizes.Rows; row++)
            for (var column = 0; column < columns; column++)
            {
                var expected = sizes.Adds ? double.CreateTruncating(held[row * columns + column]) : 0;
                for (var k = 0; k < sizes.Depth; k++)
                    expected += double.CreateTruncating(left.Start[row * left.Row + k * left.Step]) * double.CreateTruncating(b.Start[k * columns + column]);
                Assert.Equal(expected, double.CreateTruncating(c.Start[row * columns + column]), tolerance * (1 + sizes.Depth));
            }
    }

    private static Scratch<T> Filled<T>(int count, Random random) where T : unmanaged, INumber<T>
    {
        var scratch = new Scratch<T>(count);
        for (var i = 0; i < count; i++)
            scratch.Start[i] = T.CreateTruncating(random.NextDouble() * 2 - 1);
        return scratch;
    }
}
