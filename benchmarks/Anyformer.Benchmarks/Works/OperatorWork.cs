using Anyformer.Torch;

namespace Anyformer.Benchmarks.Works;

/// <summary>Additions of two 8 x 8 tensors, the result dropped: what a call costs.</summary>
internal static class OperatorWork
{
    internal const int Calls = 10_000;

    internal static Action Additions()
    {
        var (a, b) = (Functional.Randn([8, 8]), Functional.Randn([8, 8]));
        return () =>
        {
            for (var i = 0; i < Calls; i++)
            {
                using var scope = new TensorScope();
                _ = a + b;
            }
        };
    }
}
