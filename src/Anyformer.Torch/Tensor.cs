using Anyformer.Torch.Native;
using Anyformer.Torch.Printing;

namespace Anyformer.Torch;

/// <summary>
/// An n-dimensional array in libtorch's memory. The object owns one native reference: a <see cref="TensorScope"/> or <see cref="Dispose"/>
/// frees it, and the garbage collector catches what both missed. Safe to read from several threads at once.
/// </summary>
public unsafe partial class Tensor : IDisposable
{
    private TensorReference? _reference;

    internal Tensor(nint handle)
    {
        _reference = TensorReference.Own(handle);
        TensorScope.Register(this);
    }

    /// <summary>A second object for the same tensor: what is done to one is done to both.</summary>
    protected Tensor(Tensor shared)
    {
        NativeMethods.TensorRetain(shared.Handle);
        _reference = TensorReference.Own(shared.Handle);
        GC.KeepAlive(shared);
        TensorScope.Register(this);
    }

    /// <summary>A second object for the same tensor, which lives as long as it likes: no operator, so nothing is added to the graph.</summary>
    public Tensor Share() => new(this);

    internal nint Handle => _reference is { Handle: not 0 and var handle }
        ? handle
        : throw new ObjectDisposedException(nameof(Tensor), "The tensor was disposed, or its scope has ended.");

    /// <summary>The scope depth that this tensor is to outlive; see <see cref="TensorScope"/>.</summary>
    internal int KeptAtDepth { get; set; }

    private TensorInfo Info
    {
        get
        {
            var info = TensorInfo.Of(Handle);
            GC.KeepAlive(this);
            return info;
        }
    }

    /// <summary>The size of every dimension.</summary>
    public long[] Shape
    {
        get
        {
            var info = TensorInfo.Of(Handle);
            var shape = new ReadOnlySpan<long>(info.Sizes, info.Dimensions).ToArray();
            GC.KeepAlive(this);
            return shape;
        }
    }

    /// <summary>Elements to step over in memory for one step along each dimension.</summary>
    public long[] Strides
    {
        get
        {
            var info = TensorInfo.Of(Handle);
            var strides = new ReadOnlySpan<long>(info.Strides, info.Dimensions).ToArray();
            GC.KeepAlive(this);
            return strides;
        }
    }

    /// <summary>The number of dimensions; 0 for a scalar.</summary>
    public int Dimensions => Info.Dimensions;

    /// <summary>The number of elements: the product of the shape.</summary>
    public long ElementCount => Info.ElementCount;

    /// <summary>The type of the elements.</summary>
    public DType DType => (DType)Info.DType;

    /// <summary>Where the elements are.</summary>
    public Device Device
    {
        get
        {
            var info = Info;
            return new Device((DeviceType)info.DeviceType, info.DeviceIndex);
        }
    }

    /// <summary>How the elements are kept.</summary>
    public Layout Layout => (Layout)Info.Layout;

    /// <summary>True when the elements lie in row-major order without holes.</summary>
    public bool IsContiguous => Info.Flags.HasFlag(TensorFlags.IsContiguous);

    /// <summary>True for a tensor that no recorded operation made.</summary>
    public bool IsLeaf => Info.Flags.HasFlag(TensorFlags.IsLeaf);

    /// <summary>Whether operations on this tensor are recorded for the backward pass; settable on leaves.</summary>
    public bool RequiresGrad
    {
        get => Info.Flags.HasFlag(TensorFlags.RequiresGrad);
        set
        {
            Status.Check(NativeMethods.TensorSetRequiresGrad(Handle, value ? 1 : 0));
            GC.KeepAlive(this);
        }
    }

    /// <summary>The name of the recorded operation that made this tensor, as <c>AddBackward0</c>; null for a leaf.</summary>
    public string? GradFunction
    {
        get
        {
            byte* name;
            Status.Check(NativeMethods.TensorGradFunction(Handle, &name));
            GC.KeepAlive(this);
            return name == null ? null : Status.TakeString(name).Split("::")[^1];
        }
    }

    /// <summary>The gradient that backward passes have added up here; null before the first.</summary>
    public Tensor? Grad
    {
        get
        {
            nint grad;
            Status.Check(NativeMethods.TensorGrad(Handle, &grad));
            GC.KeepAlive(this);
            return grad == 0 ? null : new Tensor(grad);
        }
        set
        {
            Status.Check(NativeMethods.TensorSetGrad(Handle, value?.Handle ?? 0));
            GC.KeepAlive(this);
            GC.KeepAlive(value);
        }
    }

    /// <summary>The size of one dimension; negative counts from the last.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such dimension.</exception>
    public long Size(int dimension)
    {
        var info = TensorInfo.Of(Handle);
        var wrapped = dimension < 0 ? dimension + info.Dimensions : dimension;
        if ((uint)wrapped >= (uint)info.Dimensions)
            throw new ArgumentOutOfRangeException(nameof(dimension), dimension, $"The tensor has {info.Dimensions} dimensions.");
        var size = info.Sizes[wrapped];
        GC.KeepAlive(this);
        return size;
    }

    /// <summary>Takes this tensor out of every scope: only <see cref="Dispose"/> or the garbage collector frees it.</summary>
    public Tensor OutliveScopes()
    {
        KeptAtDepth = TensorScope.Forever;
        return this;
    }

    /// <summary>
    /// Makes this tensor, in place, one over the elements, shape, type and device of another, keeping its identity for whoever holds it.
    /// </summary>
    public void SetData(Tensor data)
    {
        Status.Check(NativeMethods.TensorSetData(Handle, data.Handle));
        GC.KeepAlive(this);
        GC.KeepAlive(data);
    }

    /// <summary>Runs the backward pass from this tensor, adding to the <see cref="Grad"/> of every leaf it came from.</summary>
    /// <param name="gradient">The gradient of what is minimised with respect to this tensor; may be left out for a single element.</param>
    /// <param name="retainGraph">Keeps the graph for another backward pass.</param>
    /// <param name="createGraph">Records the backward pass itself, for derivatives of derivatives.</param>
    public void Backward(Tensor? gradient = null, bool retainGraph = false, bool createGraph = false) =>
        Autograd.Backward([this], [gradient], retainGraph, createGraph);

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _reference, null)?.Release();

    /// <inheritdoc/>
    public override string ToString() => TensorPrinter.Print(this);

    /// <summary>Tells the collector what native memory hangs on this small object, for a tensor that no scope owns.</summary>
    internal void AddMemoryPressure() => _reference?.AddMemoryPressure();
}
