using Anyformer.Kernels.Fused;
using Anyformer.Testing;
using FsCheck.Fluent;

namespace Anyformer.Tests.Kernels.Fused;

public sealed class BlockPlanTests
{
    [Fact]
    public void ADensePlanHasTheBlocksWithAPairThatIsSeen() => Property.Holds(
        from queries in Gen.Choose(1, 400)
        from keys in Gen.Choose(1, 400)
        from causal in Gen.Elements(false, true)
        select (queries, keys, causal),
        sizes =>
        {
            var (queries, keys, causal) = sizes;
            var plan = new DensePlan(queries, keys, causal);
            for (var row = 0; row < BlockPlan.Count(queries); row++)
                for (var column = 0; column < BlockPlan.Count(keys); column++)
                {
                    var lastQuery = Math.Min((row + 1) * BlockPlan.Size, queries) - 1;
                    var isSeen = !causal || column * BlockPlan.Size <= lastQuery + keys - queries;
                    // A block of padded queries may be met in vain, but none may be missed.
                    Assert.True(!isSeen || Has(plan.KeyBlocks(0, row), column));
                    Assert.True(!isSeen || Has(plan.QueryBlocks(0, column), row));
                }
        });

    private static bool Has(ReadOnlySpan<BlockVisit> visits, int block)
    {
        foreach (var visit in visits)
            if (visit.Block == block)
                return true;
        return false;
    }
}
