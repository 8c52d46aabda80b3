using Anyformer.FeedForward;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary>
/// While it is open, blocks of this thread keep for the backward pass no more than what goes into them, and compute what is inside again when its turn
/// comes (Chen, Xu, Zhang and Guestrin 2016, arXiv 1604.06174): the memory of activations is that of one block and a tensor for each, and a step
/// costs one more forward pass. What was drawn from the default generator is drawn again, so dropout is the same.
/// </summary>
/// <remarks>Blocks that somebody looks into (<see cref="Recorder"/>), or whose draws are given (<see cref="RandomDraws"/>), keep everything.</remarks>
public sealed class Recomputation : IDisposable
{
    [ThreadStatic] private static Recomputation? t_current;

    private readonly Recomputation? _outer = t_current;

    /// <summary>Begins to compute blocks again.</summary>
    /// <param name="autocast">The type that an open <see cref="Torch.Autocast"/> computes in, which is then open again; null for none.</param>
    public Recomputation(DType? autocast = null)
    {
        Autocast = autocast;
        t_current = this;
    }

    /// <summary>Blocks that were called so far and will be computed again.</summary>
    public int Blocks { get; private set; }

    /// <summary>The type of matrix products.</summary>
    internal DType? Autocast { get; }

    private static bool IsWanted => t_current is not null && Autograd.IsRecording && !Recorder.IsListening && !RandomDraws.AreGiven;

    /// <summary>Keeps from now on what blocks compute.</summary>
    public void Dispose() => t_current = _outer;

    /// <summary>What a block gives.</summary>
    /// <param name="block">The block.</param>
    /// <param name="inputs">All tensors that it is given, null where there is none: the closure may use no other that is made anew in each forward pass.</param>
    /// <param name="run">Runs the block on such tensors.</param>
    internal static Tensor Call(Module block, Tensor?[] inputs, Func<Tensor?[], Tensor> run) => Call([block], inputs, run);

    /// <summary>What modules give that are a block together.</summary>
    internal static Tensor Call(Module[] blocks, Tensor?[] inputs, Func<Tensor?[], Tensor> run)
    {
        if (!IsWanted)
            return run(inputs);
        Tensor[] parameters = [.. blocks.SelectMany(block => block.Parameters()).Where(parameter => parameter.RequiresGrad).Distinct()];
        if (parameters.Length == 0 && !inputs.Any(input => input?.RequiresGrad == true))
            return run(inputs);
        t_current!.Blocks++;
        using var scope = new TensorScope();
        var function = new RecomputedBlock(new RecomputedCall(blocks, run, [.. inputs.Select(input => input is not null)], t_current.Autocast), parameters);
        Tensor?[] all = [.. inputs, .. TokenContext.Tensors ?? []];
        var outputs = function.Apply([.. all.OfType<Tensor>(), .. parameters]);
        foreach (var term in outputs.AsSpan(1))
            AuxiliaryLoss.Add(term);
        return scope.Keep(outputs[0]);
    }
}
