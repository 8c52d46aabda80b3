using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary>
/// Blocks on two streams, <c>a += f(h)</c> and <c>h += g(a)</c>, which can be undone: nothing between the first and the last is kept for the backward
/// pass, which computes it again from the end (Gomez et al. 2017, arXiv 1707.04585; Kitaev et al. 2020, arXiv 2001.04451, section 3). Memory does
/// not grow with the number of blocks. What the branches draw from the default generator they draw again.
/// </summary>
/// <param name="branches">The branches in their order: <c>f</c> of the first block, <c>g</c> of the first, <c>f</c> of the second, and so on.</param>
internal sealed class ReversibleSequence(IReadOnlyList<ReversibleBranch> branches) : DifferentiableFunction
{
    private readonly Stack<byte[]> _states = new();

    /// <summary>Both streams after all blocks.</summary>
    internal (Tensor First, Tensor Second) Call(Tensor first, Tensor second)
    {
        var streams = Apply([first, second, .. branches.SelectMany(branch => branch.Parameters)]);
        return (streams[0], streams[1]);
    }

    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        var (moving, still) = (inputs[0], inputs[1]);
        using var generator = Generator.Default(inputs[0].Device);
        foreach (var branch in branches)
        {
            _states.Push(generator.GetState());
            var moved = Move(branch, moving, still);
            if (_states.Count > 2)
                moving.Dispose();
            // The stream that moved is the one that the next branch looks at.
            (moving, still) = (still, moved);
        }

        SaveForBackward(moving, still);
        return [moving, still];
    }

    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
    {
        if (Autograd.IsRecording)
            throw new UserException("Reversible blocks keep no graph, so they cannot be differentiated twice.");
        using var generator = Generator.Default(Saved(0).Device);
        var now = generator.GetState();
        var (moving, still) = (Saved(0), Saved(1));
        var (movingGradient, stillGradient) = (gradients[0] ?? moving.ZerosLike(), gradients[1] ?? still.ZerosLike());
        var ofParameters = new List<Tensor?>();
        var undone = 0;
        foreach (var branch in branches.Reverse())
        {
            generator.SetState(_states.Pop());
            var (before, gradient, ofBranch) = Undo(branch, moving, still, movingGradient, stillGradient);
            // The first two streams and gradients are not this pass's own.
            if (undone++ >= 2)
            {
                still.Dispose();
                movingGradient.Dispose();
            }

            (moving, still) = (before, moving);
            (movingGradient, stillGradient) = (stillGradient, gradient);
            ofParameters.InsertRange(0, ofBranch);
        }

        generator.SetState(now);
        return [movingGradient, stillGradient, .. ofParameters];
    }

    /// <summary>The stream after a branch; nothing else of the branch stays, or memory would grow with their number until the last has run.</summary>
    private static Tensor Move(ReversibleBranch branch, Tensor moving, Tensor still)
    {
        using var scope = new TensorScope();
        return scope.Keep(moving + branch.Call(still));
    }

    /// <summary>The stream before a branch moved it, the gradient of the stream that the branch looks at, and those of its parameters.</summary>
    /// <param name="branch">The branch.</param>
    /// <param name="seen">The stream that it looks at.</param>
    /// <param name="moved">The stream that it moved.</param>
    /// <param name="ofSeen">The gradient so far of the one that it looks at.</param>
    /// <param name="ofMoved">The gradient of the one that it moved.</param>
    private static (Tensor Before, Tensor OfSeen, Tensor?[] OfBranch) Undo(
        ReversibleBranch branch, Tensor seen, Tensor moved, Tensor ofSeen, Tensor ofMoved)
    {
        using var scope = new TensorScope();
        Tensor change;
        Tensor?[] gradients;
        using (Autograd.Record())
        {
            var leaf = seen.Detach();
            leaf.RequiresGrad = true;
            change = branch.Call(leaf);
            gradients = Autograd.Grad([change], [leaf, .. branch.Parameters], [ofMoved], allowUnused: true);
        }

        foreach (var given in gradients[1..])
            if (given is not null)
                scope.Keep(given);
        return (scope.Keep(moved - change.Detach()), scope.Keep(ofSeen + gradients[0]!), gradients[1..]);
    }
}

/// <summary>One branch of a reversible block.</summary>
/// <param name="Call">What is added to one stream, of the other.</param>
/// <param name="Parameters">The weights that it uses.</param>
internal sealed record ReversibleBranch(Func<Tensor, Tensor> Call, IReadOnlyList<Tensor> Parameters);
