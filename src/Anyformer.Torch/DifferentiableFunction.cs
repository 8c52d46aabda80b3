using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Anyformer.Torch.Native;

namespace Anyformer.Torch;

/// <summary>
/// An operation with a hand-written backward pass. Make an object for each call, with what is not a tensor in its fields, and call
/// <see cref="Apply"/>; keep the tensors that backward needs with <see cref="SaveForBackward"/> only, so that the graph stays free of cycles.
/// </summary>
public abstract unsafe class DifferentiableFunction
{
    private Tensor[] _saved = [];
    private nint _node;

    /// <summary>Computes the outputs and joins them to the graph when an input requires a gradient.</summary>
    public Tensor[] Apply(params ReadOnlySpan<Tensor> inputs)
    {
        using var scope = new TensorScope(this);
        Tensor[] outputs;
        using (Autograd.NoGrad())
            outputs = Forward(inputs);
        return scope.Keep(Join(inputs, outputs));
    }

    /// <summary>The outputs for the inputs; nothing is recorded while it runs.</summary>
    protected abstract Tensor[] Forward(ReadOnlySpan<Tensor> inputs);

    /// <summary>The gradient of every input (null for none) from the gradient of every output (null for an output nobody used).</summary>
    protected abstract Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients);

    /// <summary>In <see cref="Forward"/>: keeps inputs, outputs or other tensors for the backward pass.</summary>
    protected void SaveForBackward(params Tensor[] tensors) => _saved = tensors;

    /// <summary>In <see cref="Backward"/>: the tensor that was saved at a position.</summary>
    /// <exception cref="TorchException">It was changed in place since, or the graph was freed by an earlier pass.</exception>
    protected Tensor Saved(int index)
    {
        nint tensor;
        Status.Check(NativeMethods.NodeSaved(_node, index, &tensor));
        return new Tensor(tensor);
    }

    /// <summary>In <see cref="Backward"/>: whether anybody wants the gradient of an input.</summary>
    protected bool NeedsGradient(int input) => NativeMethods.NodeNeedsGradient(_node, input) != 0;

    private Tensor[] Join(ReadOnlySpan<Tensor> inputs, Tensor[] outputs)
    {
        using var inputHandles = new HandleBuffer(inputs, stackalloc nint[HandleBuffer.InlineSize]);
        using var savedHandles = new HandleBuffer(_saved, stackalloc nint[HandleBuffer.InlineSize]);
        var handles = Array.ConvertAll(outputs, static output => output.Handle);
        // The native side gives back a reference of its own for every output, be it the same tensor or a new one.
        foreach (var handle in handles)
            NativeMethods.TensorRetain(handle);
        fixed (nint* input = inputHandles)
        fixed (nint* saved = savedHandles)
        fixed (nint* output = handles)
            Status.Check(NativeMethods.CustomFunction(input, inputHandles.Count, output, handles.Length, saved, savedHandles.Count,
                GCHandle.ToIntPtr(GCHandle.Alloc(this)), &RunBackward, &ReleaseFunction));
        GC.KeepAlive(outputs);
        GC.KeepAlive(_saved);
        foreach (var tensor in inputs)
            GC.KeepAlive(tensor);
        _saved = [];
        return Array.ConvertAll(handles, static handle => new Tensor(handle));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int RunBackward(
        nint context, nint node, nint* gradients, int outputCount, nint* results, int inputCount, byte* error, int errorCapacity)
    {
        try
        {
            var function = (DifferentiableFunction)GCHandle.FromIntPtr(context).Target!;
            using var scope = new TensorScope(function);
            var incoming = new Tensor?[outputCount];
            for (var i = 0; i < outputCount; i++)
                incoming[i] = gradients[i] == 0 ? null : new Tensor(gradients[i]);
            function._node = node;
            function.GiveAway(function.Backward(incoming), new Span<nint>(results, inputCount));
            return 0;
        }
        catch (Exception exception)
        {
            WriteError(exception, new Span<byte>(error, errorCapacity));
            return 1;
        }
    }

    private void GiveAway(Tensor?[] gradients, Span<nint> results)
    {
        if (gradients.Length != results.Length)
            throw new InvalidOperationException($"{GetType().Name}.Backward returned {gradients.Length} gradients for {results.Length} inputs.");
        for (var i = 0; i < gradients.Length; i++)
        {
            if (gradients[i] is not { } gradient)
                continue;
            NativeMethods.TensorRetain(gradient.Handle);
            results[i] = gradient.Handle;
        }
    }

    private static void WriteError(Exception exception, Span<byte> buffer)
    {
        var text = $"{exception.GetType().Name}: {exception.Message}";
        Encoding.UTF8.TryGetBytes(text.AsSpan(0, Math.Min(text.Length, buffer.Length / 4)), buffer[..^1], out var written);
        buffer[written] = 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReleaseFunction(nint context) => GCHandle.FromIntPtr(context).Free();
}
