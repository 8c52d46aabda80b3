using Anyformer.Models.Forecasting;
using Anyformer.Torch;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Models.Forecasting;

public sealed class SegmentMergingTests
{
    [Fact]
    public void AdjacentSegmentsAreJoinedAndTheLastOnesComeAgain() => Property.Holds(
        Gen.Choose(1, 5).Zip(Gen.Choose(1, 9)).Zip(Gen.Choose(1, 4)), drawn =>
        {
            using var scope = new TensorScope();
            var ((window, count), width) = drawn;
            var merging = new SegmentMerging(window, width);
            var segments = Tensors.Normal(1, 2, 3, count, width);
            var output = merging.Call(segments);
            var merged = (count + window - 1) / window;
            Assert.Equal([2L, 3, merged, width], output.Shape);

            // What is missing is as much of the end of the series as there is, the whole of it again and again if need be.
            var missing = merged * window - count;
            var rows = Enumerable.Range(0, merged * window).Select(i => i < count ? i : (i - count + (long)count * window - missing) % count);
            var joined = Functional.Cat([.. rows.Chunk(window).Select(chunk => Functional.Cat([.. chunk.Select(row => segments[.., .., (int)row])], -1).Unsqueeze(2))], 2);
            var state = merging.StateDict();
            var centred = joined - joined.Mean([-1], keepdim: true);
            var normal = centred / (centred.Square().Mean([-1], keepdim: true) + 1e-5).Sqrt();
            Tensors.AssertClose(normal.MatMul(state["projection.weight"].T()) + state["projection.bias"], output, 1e-4);
        }, runs: 60);

    [Fact]
    public void AThirdOfAWindowIsFilledWithTheLastTwo()
    {
        using var scope = new TensorScope();
        var merging = new SegmentMerging(3, 1);
        var four = Tensor.From([1f, 2, 5, 9]).View([1, 4, 1]);
        var six = Tensor.From([1f, 2, 5, 9, 5, 9]).View([1, 6, 1]);
        Tensors.AssertSame(merging.Call(six), merging.Call(four));
    }

    [Fact]
    public void ASingleSegmentFillsAnyWindow()
    {
        using var scope = new TensorScope();
        var merging = new SegmentMerging(4, 2);
        var one = Tensors.Normal(1, 1, 1, 2);
        Tensors.AssertSame(merging.Call(one.Expand([1, 4, 2]).Contiguous()), merging.Call(one));
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var merging = new SegmentMerging(3, 2);
        merging.To(DType.Float64);
        var (segments, probe) = (Tensors.Normal64(1, 2, 4, 2), Tensors.Normal64(2, 2, 2, 2));
        segments.RequiresGrad = true;
        FiniteDifferences.AssertGradients([segments, .. merging.Parameters()], () => (merging.Call(segments) * probe).Sum());
    }
}
