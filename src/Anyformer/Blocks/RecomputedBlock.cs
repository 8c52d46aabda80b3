using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary>A call of a block that can be made again: what it ran on, but for its tensors.</summary>
/// <param name="blocks">The modules.</param>
/// <param name="run">Runs them on tensors.</param>
/// <param name="given">Which of the tensors there were.</param>
/// <param name="autocast">The type that matrix products ran in; null for their own.</param>
internal sealed class RecomputedCall(Module[] blocks, Func<Tensor?[], Tensor> run, bool[] given, DType? autocast)
{
    private readonly bool[]? _context = TokenContext.Tensors?.Select(tensor => tensor is not null).ToArray();
    private readonly bool _collects = AuxiliaryLoss.IsCollecting;
    private readonly Tensor[] _buffers = [.. blocks.SelectMany(block => block.Buffers())];
    private readonly List<(Tensor Buffer, Tensor Before)> _changed = [];
    private byte[] _generator = [];

    /// <summary>How many tensors there are, those of the context among them.</summary>
    internal int Count { get; } = given.Count(there => there) + (TokenContext.Tensors?.Count(tensor => tensor is not null) ?? 0);

    /// <summary>The first run: what the block gives, and the terms that it adds to the loss.</summary>
    internal Tensor[] First(ReadOnlySpan<Tensor> tensors)
    {
        using var generator = Generator.Default(tensors[0].Device);
        _generator = generator.GetState();
        var before = Array.ConvertAll(_buffers, buffer => buffer.Clone());
        var outputs = Run(tensors);
        foreach (var (buffer, old) in _buffers.Zip(before))
            if (!buffer.Equal(old))
                _changed.Add((buffer, old.OutliveScopes()));
        return outputs;
    }

    /// <summary>The same again: buffers are as they were then, and afterwards as they are now, as is the generator.</summary>
    /// <param name="tensors">The tensors.</param>
    /// <param name="use">Is given what came out.</param>
    internal void Again(ReadOnlySpan<Tensor> tensors, Action<Tensor[]> use)
    {
        using var generator = Generator.Default(tensors[0].Device);
        var now = generator.GetState();
        var buffers = _changed.ConvertAll(changed => changed.Buffer.Clone());
        SetBuffers(_changed.Select(changed => changed.Before));
        generator.SetState(_generator);
        try
        {
            using var recording = Autograd.Record();
            use(RunInType(tensors));
        }
        finally
        {
            generator.SetState(now);
            SetBuffers(buffers);
            foreach (var (_, before) in _changed)
                before.Dispose();
            _changed.Clear();
        }
    }

    private Tensor[] RunInType(ReadOnlySpan<Tensor> tensors)
    {
        if (autocast is not { } type)
            return Run(tensors);
        using var region = new Autocast(tensors[0].Device, type);
        return Run(tensors);
    }

    private Tensor[] Run(ReadOnlySpan<Tensor> tensors)
    {
        var left = new Queue<Tensor>(tensors.ToArray());
        Tensor?[] Next(bool[] there) => Array.ConvertAll(there, isThere => isThere ? left.Dequeue() : null);
        var inputs = Next(given);
        using var auxiliary = _collects ? new AuxiliaryLoss() : null;
        using var context = _context is { } known && Next(known) is [var ids, var real, var positions] ? new TokenContext(ids, real, positions) : null;
        // The block may give back what it was given, and the terms are freed with their collection.
        return [run(inputs).Alias(), .. (auxiliary?.Terms ?? []).Select(term => term.Alias())];
    }

    private void SetBuffers(IEnumerable<Tensor> values)
    {
        using var unrecorded = Autograd.NoGrad();
        foreach (var ((buffer, _), value) in _changed.Zip(values))
            buffer.CopyInPlace(value);
    }
}

/// <summary>A block as a node of the graph that keeps its inputs alone, and runs again in the backward pass.</summary>
/// <param name="call">The call.</param>
/// <param name="parameters">The weights that are trained, the last of the inputs.</param>
internal sealed class RecomputedBlock(RecomputedCall call, Tensor[] parameters) : DifferentiableFunction
{
    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        var tensors = inputs[..call.Count];
        SaveForBackward(tensors.ToArray());
        return call.First(tensors);
    }

    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
    {
        if (Autograd.IsRecording)
            throw new UserException("Blocks that are computed again keep no graph, so they cannot be differentiated twice.");
        var leaves = new Tensor[call.Count];
        for (var i = 0; i < leaves.Length; i++)
        {
            leaves[i] = Saved(i).Detach();
            leaves[i].RequiresGrad = NeedsGradient(i);
        }

        var given = gradients.ToArray();
        int[] wanted = [.. Enumerable.Range(0, leaves.Length).Where(i => leaves[i].RequiresGrad)];
        var results = new Tensor?[leaves.Length + parameters.Length];
        call.Again(leaves, outputs =>
        {
            int[] used = [.. Enumerable.Range(0, outputs.Length).Where(i => given[i] is not null && outputs[i].RequiresGrad)];
            if (used.Length == 0)
                return;
            var found = Autograd.Grad([.. used.Select(i => outputs[i])], [.. wanted.Select(i => leaves[i]), .. parameters], [.. used.Select(i => given[i])], allowUnused: true);
            foreach (var (place, input) in wanted.Index())
                results[input] = found[place];
            found.AsSpan(wanted.Length).CopyTo(results.AsSpan(leaves.Length));
        });
        return results;
    }
}
