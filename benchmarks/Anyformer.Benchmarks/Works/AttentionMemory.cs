using System.Diagnostics;
using Anyformer.Inspection;
using Anyformer.Torch;

namespace Anyformer.Benchmarks.Works;

/// <summary>What a forward and a backward pass of attention add to the resident memory of a process at their most, above their inputs.</summary>
/// <param name="Bytes">The peak above what was resident before the pass: outputs and gradients count, inputs do not.</param>
/// <param name="Seconds">Time of the pass.</param>
internal sealed record AttentionMemory(long Bytes, double Seconds)
{
    internal const int Heads = 2;

    /// <summary>Of few tokens: what the code and its buffers of a fixed size need is resident before the pass that counts.</summary>
    private const int WarmUpTokens = 128;

    /// <summary>One pass. For a figure that earlier passes do not change, in a process of its own.</summary>
    /// <exception cref="UserException">The system does not tell the peak.</exception>
    internal static AttentionMemory Of(Func<Tensor, Tensor, Tensor, Tensor> attention, int tokens)
    {
        AttentionWorks.ForwardAndBackward(attention, WarmUpTokens, Heads)();
        var pass = AttentionWorks.ForwardAndBackward(attention, tokens, Heads);
        if (!ProcessMemory.ResetPeak())
            throw new UserException("This system does not let a process look for its peak of resident memory anew.");
        var before = ProcessMemory.Resident;
        var start = Stopwatch.GetTimestamp();
        pass();
        return new AttentionMemory(ProcessMemory.Peak - before, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
