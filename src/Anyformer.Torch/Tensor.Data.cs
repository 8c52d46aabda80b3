using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Anyformer.Torch.Native;

namespace Anyformer.Torch;

public unsafe partial class Tensor
{
    private static readonly Operator s_toDType = new("aten::to", "dtype");
    private static readonly Operator s_toDevice = new("aten::to", "device");
    private static readonly Operator s_item = new("aten::item", "");

    /// <summary>A tensor on the processor with a copy of <paramref name="elements"/> in row-major order.</summary>
    /// <exception cref="ArgumentException">The shape does not hold as many elements.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> elements, ReadOnlySpan<long> shape) where T : unmanaged
    {
        if (!Fills(elements.Length, shape))
            throw new ArgumentException($"{elements.Length} elements do not fill a tensor of shape [{string.Join(", ", shape.ToArray())}].");
        var tensor = Functional.Empty(shape, DTypeOf<T>());
        elements.CopyTo(tensor.AsSpan<T>());
        return tensor;
    }

    /// <summary>A tensor on the processor with a copy of an array, in the given shape or, without one, in one dimension.</summary>
    public static Tensor From<T>(T[] elements, params ReadOnlySpan<long> shape) where T : unmanaged =>
        From((ReadOnlySpan<T>)elements, shape.IsEmpty ? [elements.Length] : shape);

    /// <summary>A tensor on the processor with a copy of a rectangular array, in its shape.</summary>
    public static Tensor From<T>(T[,] elements) where T : unmanaged => From<T>(Flat<T>(elements), [elements.GetLength(0), elements.GetLength(1)]);

    /// <summary>A tensor on the processor with a copy of a box of elements, in its shape.</summary>
    public static Tensor From<T>(T[,,] elements) where T : unmanaged =>
        From<T>(Flat<T>(elements), [elements.GetLength(0), elements.GetLength(1), elements.GetLength(2)]);

    /// <summary>A tensor of no dimensions that holds one number.</summary>
    public static Tensor From<T>(T element) where T : unmanaged => From([element], []);

    /// <summary>
    /// A tensor over memory that somebody else owns, without a copy. <paramref name="owner"/> is kept alive until libtorch lets go of the
    /// memory, and disposed then if it is disposable.
    /// </summary>
    public static Tensor FromMemory(nint data, DType dtype, ReadOnlySpan<long> shape, object owner)
    {
        var context = GCHandle.Alloc(owner);
        nint handle;
        fixed (long* sizes = shape)
        {
            var status = NativeMethods.TensorFromMemory((void*)data, sizes, shape.Length, (int)dtype, GCHandle.ToIntPtr(context), &ReleaseOwner, &handle);
            if (status != 0)
                context.Free();
            Status.Check(status);
        }

        return new Tensor(handle);
    }

    /// <summary>
    /// The elements themselves, without a copy, for a contiguous tensor on the processor. The span is valid as long as the tensor is not
    /// freed: keep the tensor in a variable, and let no scope end, while you use it.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another element type, a view with holes, or memory of another device.</exception>
    public Span<T> AsSpan<T>() where T : unmanaged
    {
        var info = Info;
        var isPlain = info.Data != null || info.ElementCount == 0;
        if (info.DeviceType != (int)DeviceType.Cpu || !info.Flags.HasFlag(TensorFlags.IsContiguous) || !isPlain)
            throw new InvalidOperationException(
                "Only a contiguous tensor on the processor has its elements in one span; " +
                "call Cpu(), Contiguous(), ResolveConj() or ResolveNeg() first.");
        if (!Holds<T>((DType)info.DType))
            throw new InvalidOperationException($"The tensor holds {(DType)info.DType}, elements of {typeof(T).Name} were asked for.");
        return new Span<T>(info.Data, checked((int)info.ElementCount));
    }

    /// <summary>
    /// The address of the first element, for kernels that go by <see cref="Strides"/>. It is valid as long as the tensor is not freed.
    /// </summary>
    public nint DataPointer => (nint)Info.Data;

    /// <summary>
    /// Part of the bytes of the elements, whatever their type, under the same conditions as <see cref="AsSpan{T}"/>; for tensors beyond 2 GiB too.
    /// </summary>
    public Span<byte> AsBytes(long offset, int length)
    {
        var info = Info;
        if (info.DeviceType != (int)DeviceType.Cpu || !info.Flags.HasFlag(TensorFlags.IsContiguous))
            throw new InvalidOperationException("Only a contiguous tensor on the processor has its bytes in a row; call Cpu() or Contiguous() first.");
        var bytes = info.ElementCount * ((DType)info.DType).ElementSize();
        if (offset < 0 || length < 0 || offset + length > bytes)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"The tensor has {bytes} bytes, {length} from {offset} on were asked for.");
        return new Span<byte>((byte*)info.Data + offset, length);
    }

    /// <summary>A copy of the elements in row-major order, from any device and any strides.</summary>
    public T[] ToArray<T>() where T : unmanaged
    {
        using var scope = new TensorScope();
        var plain = Cpu().ResolveConj().ResolveNeg().Contiguous();
        var array = plain.AsSpan<T>().ToArray();
        GC.KeepAlive(plain);
        return array;
    }

    /// <summary>The one element of a tensor that has just one, converted to <typeparamref name="T"/>.</summary>
    /// <exception cref="TorchException">The tensor has no element, or more than one.</exception>
    public T Item<T>() where T : unmanaged
    {
        var argument = BoxedValue.From(this);
        BoxedValue result = default;
        s_item.Call(new ReadOnlySpan<BoxedValue>(in argument), new Span<BoxedValue>(ref result));
        GC.KeepAlive(this);
        var number = result.ToScalar();
        if (typeof(T) == typeof(bool))
            return As<bool, T>(number.ToBoolean());
        if (typeof(T) == typeof(double))
            return As<double, T>(number.ToDouble());
        if (typeof(T) == typeof(float))
            return As<float, T>((float)number.ToDouble());
        if (typeof(T) == typeof(long))
            return As<long, T>(number.ToInt64());
        if (typeof(T) == typeof(int))
            return As<int, T>(checked((int)number.ToInt64()));
        throw new NotSupportedException($"An element cannot be read as {typeof(T).Name}; expected bool, int, long, float or double.");
    }

    /// <summary>This tensor with another element type; itself when it has that type already.</summary>
    public Tensor To(DType dtype)
    {
        ReadOnlySpan<BoxedValue> arguments = [BoxedValue.From(this), BoxedValue.From(dtype)];
        return CallTo(s_toDType, arguments);
    }

    /// <summary>This tensor on another device; itself when it is there already.</summary>
    public Tensor To(Device device)
    {
        ReadOnlySpan<BoxedValue> arguments = [BoxedValue.From(this), BoxedValue.From(device), BoxedValue.From(DType)];
        return CallTo(s_toDevice, arguments);
    }

    /// <summary>This tensor on the processor.</summary>
    public Tensor Cpu() => To(Device.Cpu);

    private Tensor CallTo(Operator conversion, ReadOnlySpan<BoxedValue> arguments)
    {
        BoxedValue result = default;
        conversion.Call(arguments, new Span<BoxedValue>(ref result));
        GC.KeepAlive(this);
        if (result.Pointer != Handle)
            return result.ToTensor();
        result.Release();
        return this;
    }

    /// <summary>Compares before anything is allocated: a shape may come from a file that claims anything.</summary>
    private static bool Fills(int count, ReadOnlySpan<long> shape)
    {
        var product = (Int128)1;
        foreach (var size in shape)
        {
            product *= size;
            if (size < 0 || product > long.MaxValue)
                return false;
        }

        return product == count;
    }

    private static DType DTypeOf<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? DType.Float32
        : typeof(T) == typeof(double) ? DType.Float64
        : typeof(T) == typeof(long) ? DType.Int64
        : typeof(T) == typeof(int) ? DType.Int32
        : typeof(T) == typeof(short) ? DType.Int16
        : typeof(T) == typeof(sbyte) ? DType.Int8
        : typeof(T) == typeof(byte) ? DType.UInt8
        : typeof(T) == typeof(bool) ? DType.Bool
        : typeof(T) == typeof(Half) ? DType.Float16
        : typeof(T) == typeof(System.Numerics.Complex) ? DType.Complex128
        : throw new NotSupportedException($"No tensor element type corresponds to {typeof(T).Name}.");

    /// <summary>bfloat16 has no managed type: its bits are read and written as <see cref="ushort"/>.</summary>
    private static bool Holds<T>(DType dtype) where T : unmanaged =>
        dtype == DType.BFloat16 ? typeof(T) == typeof(ushort) : typeof(T) != typeof(ushort) && DTypeOf<T>() == dtype;

    private static ReadOnlySpan<T> Flat<T>(Array elements) where T : unmanaged =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(elements)), elements.Length);

    private static T As<TValue, T>(TValue value) => Unsafe.As<TValue, T>(ref value);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReleaseOwner(nint context)
    {
        var handle = GCHandle.FromIntPtr(context);
        (handle.Target as IDisposable)?.Dispose();
        handle.Free();
    }
}
