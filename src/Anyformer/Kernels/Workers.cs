using Anyformer.Torch;

namespace Anyformer.Kernels;

/// <summary>Work in units of unequal length on libtorch's own threads: a thread that is free takes the next.</summary>
internal static class Workers
{
    /// <summary>Runs all units, those of small numbers first.</summary>
    /// <typeparam name="TState">What a thread needs for itself.</typeparam>
    /// <param name="units">How many.</param>
    /// <param name="state">Makes that of a thread.</param>
    /// <param name="body">Runs a unit.</param>
    /// <param name="threads">Threads that the work is worth at the most; null for all.</param>
    internal static void Run<TState>(int units, Func<TState> state, Action<TState, int> body, int? threads = null) where TState : IDisposable
    {
        var taken = 0;
        TorchParallel.For(Math.Min(units, threads ?? TorchRuntime.Threads), 1, (_, _) =>
        {
            using var own = state();
            for (var unit = Interlocked.Increment(ref taken) - 1; unit < units; unit = Interlocked.Increment(ref taken) - 1)
                body(own, unit);
        });
    }
}
