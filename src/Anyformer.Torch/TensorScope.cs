using Anyformer.Torch.Recording;

namespace Anyformer.Torch;

/// <summary>
/// Frees, when it ends, every tensor that was made in it on this thread, except what was handed to <see cref="Keep(Tensor)"/>: that passes to
/// the scope outside. Scopes nest; entering and leaving one costs a few nanoseconds.
/// </summary>
/// <example><code>
/// using var scope = new TensorScope();
/// var scores = queries.MatMul(keys.Transpose(-2, -1));
/// return scope.Keep(scores.Softmax(-1).MatMul(values));
/// </code></example>
public ref struct TensorScope : IDisposable
{
    internal const int Forever = -1;

    [ThreadStatic] private static List<Tensor>? t_owned;
    [ThreadStatic] private static int t_depth;
    [ThreadStatic] private static IScopeObserver? t_observer;

    private readonly int _start;
    private readonly int _depth;
    private readonly IScopeObserver? _observer;
    private bool _ended;

    /// <summary>Opens a scope inside the current one.</summary>
    public TensorScope()
    {
        _start = (t_owned ??= new List<Tensor>(256)).Count;
        _depth = ++t_depth;
    }

    /// <summary>Opens a scope inside the current one on behalf of an owner, of which the thread's <see cref="Observer"/> is told.</summary>
    public TensorScope(object owner) : this()
    {
        _observer = t_observer;
        _observer?.Enter(owner);
    }

    /// <summary>Who is told of scopes that are opened for somebody on this thread; usually nobody.</summary>
    public static IScopeObserver? Observer
    {
        get => t_observer;
        set => t_observer = value;
    }

    internal static void Register(Tensor tensor)
    {
        if (t_depth > 0)
            t_owned!.Add(tensor);
        else
            tensor.AddMemoryPressure();
    }

    /// <summary>Lets a tensor outlive this scope; the scope outside owns it then.</summary>
    public readonly Tensor Keep(Tensor tensor)
    {
        // The outermost scope that keeps a tensor counts: the scopes inside let it pass.
        if (tensor.KeptAtDepth == 0 || tensor.KeptAtDepth > _depth)
            tensor.KeptAtDepth = _depth;
        return tensor;
    }

    /// <summary>Lets a pair of tensors outlive this scope.</summary>
    public readonly (Tensor, Tensor) Keep((Tensor, Tensor) tensors) => (Keep(tensors.Item1), Keep(tensors.Item2));

    /// <summary>Lets three tensors outlive this scope.</summary>
    public readonly (Tensor, Tensor, Tensor) Keep((Tensor, Tensor, Tensor) tensors) =>
        (Keep(tensors.Item1), Keep(tensors.Item2), Keep(tensors.Item3));

    /// <summary>Lets a list of tensors outlive this scope.</summary>
    public readonly Tensor[] Keep(Tensor[] tensors)
    {
        foreach (var tensor in tensors)
            Keep(tensor);
        return tensors;
    }

    /// <summary>Frees what was made in the scope and not kept.</summary>
    public void Dispose()
    {
        if (_ended)
            return;
        _ended = true;
        _observer?.Leave();
        var owned = t_owned!;
        t_depth = _depth - 1;
        var end = _start;
        for (var i = _start; i < owned.Count; i++)
            if (PassesOn(owned[i]))
                owned[end++] = owned[i];
        owned.RemoveRange(end, owned.Count - end);
    }

    /// <summary>Frees a tensor unless it was kept; true when the scope outside is to own it.</summary>
    private readonly bool PassesOn(Tensor tensor)
    {
        var kept = tensor.KeptAtDepth;
        if (kept == 0 || kept > _depth)
        {
            tensor.Dispose();
            return false;
        }

        if (kept == _depth)
            tensor.KeptAtDepth = 0;
        if (kept != Forever && t_depth > 0)
            return true;
        tensor.AddMemoryPressure();
        return false;
    }
}
