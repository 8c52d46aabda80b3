using Anyformer.Torch.Native;

namespace Anyformer.Torch;

/// <summary>Reverse-mode differentiation: backward passes, and regions in which nothing is recorded.</summary>
public static unsafe class Autograd
{
    /// <summary>True where operations on this thread are recorded.</summary>
    public static bool IsRecording => NativeMethods.GradMode() != 0;

    /// <summary>Records nothing until the returned scope is disposed.</summary>
    public static GradModeScope NoGrad() => new(false);

    /// <summary>Records again, inside a <see cref="NoGrad"/> region.</summary>
    public static GradModeScope Record() => new(true);

    /// <summary>Like <see cref="NoGrad"/> and cheaper still: tensors made inside can never take part in a recorded operation.</summary>
    public static InferenceModeScope InferenceMode() => new(NativeMethods.InferenceModeEnter());

    /// <summary>Adds the gradients of <c>sum of outputs[i] * gradients[i]</c> to every leaf the outputs came from.</summary>
    /// <param name="outputs">Where the backward pass starts.</param>
    /// <param name="gradients">One for each output, of its shape; null for an output of one element.</param>
    /// <param name="retainGraph">Keeps the graph for another pass.</param>
    /// <param name="createGraph">Records the pass itself.</param>
    public static void Backward(ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor?> gradients, bool retainGraph = false, bool createGraph = false)
    {
        using var outputHandles = new HandleBuffer(outputs, stackalloc nint[HandleBuffer.InlineSize]);
        using var gradientHandles = new HandleBuffer(gradients, stackalloc nint[HandleBuffer.InlineSize]);
        RequireSameCount(outputHandles.Count, gradientHandles.Count);
        fixed (nint* output = outputHandles)
        fixed (nint* gradient = gradientHandles)
            Status.Check(NativeMethods.Backward(
                output, gradient, outputHandles.Count, retainGraph || createGraph ? 1 : 0, createGraph ? 1 : 0));
        KeepAlive(outputs);
        KeepAlive(gradients);
    }

    /// <summary>The gradients of <c>sum of outputs[i] * gradients[i]</c> with respect to <paramref name="inputs"/>; no <c>Grad</c> changes.</summary>
    /// <returns>One gradient for each input; null for one that the outputs do not depend on, when <paramref name="allowUnused"/>.</returns>
    public static Tensor?[] Grad(
        ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor?> gradients = default,
        bool retainGraph = false, bool createGraph = false, bool allowUnused = false)
    {
        using var outputHandles = new HandleBuffer(outputs, stackalloc nint[HandleBuffer.InlineSize]);
        using var inputHandles = new HandleBuffer(inputs, stackalloc nint[HandleBuffer.InlineSize]);
        using var gradientHandles = new HandleBuffer(gradients.IsEmpty ? new Tensor?[outputs.Length] : gradients, stackalloc nint[HandleBuffer.InlineSize]);
        RequireSameCount(outputHandles.Count, gradientHandles.Count);
        var found = new nint[inputs.Length];
        fixed (nint* output = outputHandles)
        fixed (nint* input = inputHandles)
        fixed (nint* gradient = gradientHandles)
        fixed (nint* results = found)
            Status.Check(NativeMethods.Grad(output, gradient, outputHandles.Count, input, inputHandles.Count,
                retainGraph || createGraph ? 1 : 0, createGraph ? 1 : 0, allowUnused ? 1 : 0, results));
        KeepAlive(outputs);
        KeepAlive(inputs);
        KeepAlive(gradients);
        return Array.ConvertAll(found, static handle => handle == 0 ? null : new Tensor(handle));
    }

    private static void RequireSameCount(int outputs, int gradients)
    {
        if (outputs != gradients)
            throw new ArgumentException($"{outputs} outputs need as many gradients, {gradients} were given.");
    }

    private static void KeepAlive(ReadOnlySpan<Tensor?> tensors)
    {
        foreach (var tensor in tensors)
            GC.KeepAlive(tensor);
    }
}

/// <summary>Puts the recording mode of the thread back when disposed.</summary>
public readonly ref struct GradModeScope : IDisposable
{
    private readonly int _previous;

    internal GradModeScope(bool record)
    {
        _previous = NativeMethods.GradMode();
        NativeMethods.SetGradMode(record ? 1 : 0);
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMethods.SetGradMode(_previous);
}

/// <summary>Leaves inference mode when disposed.</summary>
public readonly ref struct InferenceModeScope : IDisposable
{
    private readonly nint _guard;

    internal InferenceModeScope(nint guard) => _guard = guard;

    /// <inheritdoc/>
    public void Dispose() => NativeMethods.InferenceModeLeave(_guard);
}
