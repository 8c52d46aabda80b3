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
            // The stream that moved is the one that the next branch looks at.
            (moving, still) = (still, moving + branch.Call(still));
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
        foreach (var branch in branches.Reverse())
        {
            generator.SetState(_states.Pop());
            var (change, ofInput, ofBranch) = Differentiate(branch, moving, stillGradient);
            (moving, still) = (still - change, moving);
            (movingGradient, stillGradient) = (stillGradient, movingGradient + ofInput);
            ofParameters.InsertRange(0, ofBranch);
        }

        generator.SetState(now);
        return [movingGradient, stillGradient, .. ofParameters];
    }

    /// <summary>What a branch gives, and the gradients of its input and its parameters.</summary>
    private static (Tensor Change, Tensor OfInput, Tensor?[] OfBranch) Differentiate(ReversibleBranch branch, Tensor input, Tensor gradient)
    {
        using var scope = new TensorScope();
        using var record = Autograd.Record();
        var leaf = input.Detach();
        leaf.RequiresGrad = true;
        var change = branch.Call(leaf);
        var gradients = Autograd.Grad([change], [leaf, .. branch.Parameters], [gradient], allowUnused: true);
        foreach (var given in gradients)
            if (given is not null)
                scope.Keep(given);
        return (scope.Keep(change.Detach()), gradients[0]!, gradients[1..]);
    }
}

/// <summary>One branch of a reversible block.</summary>
/// <param name="Call">What is added to one stream, of the other.</param>
/// <param name="Parameters">The weights that it uses.</param>
internal sealed record ReversibleBranch(Func<Tensor, Tensor> Call, IReadOnlyList<Tensor> Parameters);
