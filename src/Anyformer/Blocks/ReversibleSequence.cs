using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary>
/// Blocks on two streams, <c>a += f(h)</c> and <c>h += g(a)</c>, which can be undone: nothing between the first and the last is kept for the backward
/// pass, which computes it again from the end (Gomez et al. 2017, arXiv 1707.04585; Kitaev et al. 2020, arXiv 2001.04451, section 3). Memory does
/// not grow with the number of blocks, but by the gradients of their weights. What the branches draw from the default generator they draw again.
/// </summary>
/// <param name="branches">The branches in their order: <c>f</c> of the first block, <c>g</c> of the first, <c>f</c> of the second, and so on.</param>
internal sealed class ReversibleSequence(IReadOnlyList<ReversibleBranch> branches)
{
    /// <summary>Both streams after all blocks.</summary>
    internal (Tensor First, Tensor Second) Call(Tensor first, Tensor second)
    {
        var (moving, still) = (first, second);
        var streams = new ReversedStreams();
        foreach (var (index, branch) in branches.Index())
        {
            var moved = new ReversibleStep(branch, streams, isFirst: index == 0).Apply([moving, still, .. branch.Parameters])[0];
            // What went in is not ours.
            if (index >= 2)
                moving.Dispose();
            // The stream that moved is the one that the next branch looks at.
            (moving, still) = (still, moved);
        }

        var ends = new ReversibleEnd(streams).Apply(moving, still);
        return (ends[0], ends[1]);
    }
}

/// <summary>One branch of a reversible block.</summary>
/// <param name="Call">What is added to one stream, of the other.</param>
/// <param name="Parameters">The weights that it uses.</param>
internal sealed record ReversibleBranch(Func<Tensor, Tensor> Call, IReadOnlyList<Tensor> Parameters);

/// <summary>Where a backward pass through reversible blocks is: both streams as they were behind the branch that it comes to next.</summary>
internal sealed class ReversedStreams
{
    /// <summary>The stream that the branch looked at.</summary>
    internal Tensor? Seen { get; private set; }

    /// <summary>The stream that it moved.</summary>
    internal Tensor? Moved { get; private set; }

    /// <summary>Comes to a branch, or to the beginning, where nothing is left; what it held and does not go on with is freed.</summary>
    internal void Set(Tensor? seen, Tensor? moved)
    {
        foreach (var left in new[] { Seen, Moved })
            if (!ReferenceEquals(left, seen) && !ReferenceEquals(left, moved))
                left?.Dispose();
        (Seen, Moved) = (seen?.OutliveScopes(), moved?.OutliveScopes());
    }
}

/// <summary>
/// A branch as a node of the graph by itself, so that the gradients of its weights are handed over before the next branch is undone. It saves nothing:
/// the node behind it leaves the streams.
/// </summary>
internal sealed class ReversibleStep(ReversibleBranch branch, ReversedStreams streams, bool isFirst) : DifferentiableFunction
{
    private byte[] _state = [];

    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        using var generator = Generator.Default(inputs[0].Device);
        _state = generator.GetState();
        using var scope = new TensorScope();
        return [scope.Keep(inputs[0] + branch.Call(inputs[1]))];
    }

    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
    {
        if (Autograd.IsRecording)
            throw new UserException("Reversible blocks keep no graph, so they cannot be differentiated twice.");
        var (seen, moved) = (streams.Seen!, streams.Moved!);
        using var generator = Generator.Default(seen.Device);
        var now = generator.GetState();
        generator.SetState(_state);
        var (before, found) = Undo(seen, moved, gradients[0]);
        generator.SetState(now);
        streams.Set(isFirst ? null : before, isFirst ? null : seen);
        return [gradients[0], .. found];
    }

    /// <summary>The stream before the branch moved it, and the gradients of the one that it looked at and of its weights.</summary>
    private (Tensor Before, Tensor?[] Gradients) Undo(Tensor seen, Tensor moved, Tensor? ofMoved)
    {
        using var scope = new TensorScope();
        if (ofMoved is null)
            return (scope.Keep(moved - branch.Call(seen)), new Tensor?[1 + branch.Parameters.Count]);
        Tensor change;
        Tensor?[] gradients;
        using (Autograd.Record())
        {
            var leaf = seen.Detach();
            leaf.RequiresGrad = true;
            change = branch.Call(leaf);
            gradients = Autograd.Grad([change], [leaf, .. branch.Parameters], [ofMoved], allowUnused: true);
        }

        foreach (var given in gradients)
            if (given is not null)
                scope.Keep(given);
        return (scope.Keep(moved - change.Detach()), gradients);
    }
}

/// <summary>The end of reversible blocks, where a backward pass finds both streams, whichever of them it comes by.</summary>
internal sealed class ReversibleEnd(ReversedStreams streams) : DifferentiableFunction
{
    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        SaveForBackward(inputs[0], inputs[1]);
        return [inputs[0].Alias(), inputs[1].Alias()];
    }

    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
    {
        streams.Set(Saved(0), Saved(1));
        return [gradients[0], gradients[1]];
    }
}
