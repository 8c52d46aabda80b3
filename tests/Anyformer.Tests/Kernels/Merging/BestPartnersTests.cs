using Anyformer.Kernels.Merging;
using Anyformer.Kernels.Vectors;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Kernels.Merging;

public sealed class BestPartnersTests
{
    private sealed record Sizes(int Batch, int Asking, int Answering, int Width, int Registers, DType Type);

    private static readonly FsCheck.Gen<Sizes> s_sizes =
        from batch in Gen.Choose(1, 4)
        from asking in Gen.Choose(1, 150)
        from answering in Gen.Choose(1, 150)
        from width in Gen.Choose(1, 40)
        from registers in Gen.Elements(Registers.Widths)
        from type in Gen.Elements(DType.Float32, DType.Float64)
        select new Sizes(batch, asking, answering, width, registers, type);

    [Fact]
    public void TheirScoresAreTheLargestCosines() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var asking = Tensors.Normal64(1, sizes.Batch, sizes.Asking, sizes.Width).To(sizes.Type);
        var answering = Tensors.Normal64(2, sizes.Batch, sizes.Answering, sizes.Width).To(sizes.Type);
        var (scores, partners) = BestPartners.Of(asking, answering, sizes.Registers);
        var tolerance = sizes.Type == DType.Float32 ? 1e-5 : 1e-12;
        Tensors.AssertClose(BestPartners.Compose(asking, answering).Scores, scores, tolerance);
        // Of two cosines that are as good as equal either may be the larger: what counts is that the chosen one is no smaller than that.
        var chosen = answering.Gather(1, partners.Unsqueeze(-1).Expand([-1, -1, sizes.Width]));
        Tensors.AssertClose(scores, Functional.CosineSimilarity(asking, chosen, -1), 2 * tolerance);
    });

    /// <summary>Of small whole numbers all products are exact, so that ties are ties for everyone.</summary>
    [Fact]
    public void OfSeveralThatAreAlikeItIsTheFirst() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var answering = Corners(3, sizes.Batch, sizes.Answering).To(sizes.Type);
        var asking = Corners(4, sizes.Batch, sizes.Asking).To(sizes.Type);
        var (scores, partners) = BestPartners.Of(asking, answering, sizes.Registers);
        var (expectedScores, expectedPartners) = BestPartners.Compose(asking, answering);
        Tensors.AssertSame(expectedPartners, partners);
        Tensors.AssertSame(expectedScores, scores);
        Tensors.AssertSame(expectedScores.ArgSort(-1, descending: true), scores.ArgSort(-1, descending: true));
    });

    [Fact]
    public void VectorsWithoutDirectionAreAsForOperators() => Property.Holds(Gen.Elements(Registers.Widths), registers =>
    {
        using var scope = new TensorScope();
        var (asking, answering) = (Tensors.Normal(1, 3, 5, 4), Tensors.Normal(2, 3, 70, 4));
        asking[0, 2] = answering[1, 66] = answering[1, 69] = Tensor.From(0f);
        asking[2, 1, 3] = Tensor.From(float.NaN);
        var (scores, partners) = BestPartners.Of(asking, answering, registers);
        var (expectedScores, expectedPartners) = BestPartners.Compose(asking, answering);
        Tensors.AssertSame(expectedPartners, partners);
        Assert.Equal(expectedScores.Numbers().Select(double.IsNaN), scores.Numbers().Select(double.IsNaN));
        Assert.Equal([66.0, 66, 66, 66, 66], partners[1].Numbers());
    }, runs: 6);

    [Fact]
    public void TokensThatDoNotLieInARowAreTakenToo()
    {
        using var scope = new TensorScope();
        var tokens = Tensors.Normal64(1, 2, 9, 6);
        Tensor[] views = [tokens.Slice(1, 0, null, 2), tokens.Transpose(1, 2), tokens[.., ..1].Expand([-1, 4, -1])];
        foreach (var view in views)
        {
            var whole = view.Contiguous();
            Tensors.AssertSame(BestPartners.Of(whole, whole).Partners, BestPartners.Of(view, view).Partners);
        }
    }

    [Fact]
    public void NoTokensFindNone()
    {
        using var scope = new TensorScope();
        var (scores, partners) = BestPartners.Of(Functional.Empty([2, 0, 3]), Tensors.Normal(1, 2, 4, 3));
        Assert.Equal([2L, 0], scores.Shape);
        Assert.Equal([2L, 0], partners.Shape);
    }

    /// <summary>Vectors of four elements 1 or -1, whose length is 2.</summary>
    private static Tensor Corners(int seed, int batch, int tokens) => Tensors.Normal64(seed, batch, tokens, 4).Sign();
}
