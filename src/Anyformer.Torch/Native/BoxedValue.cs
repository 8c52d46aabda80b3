using System.Runtime.InteropServices;

namespace Anyformer.Torch.Native;

/// <summary>One argument or result of a boxed operator call: a tag and eight bytes. Arguments borrow what they point to, results own it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal unsafe struct BoxedValue
{
    [FieldOffset(0)] internal BoxedKind Kind;
    [FieldOffset(4)] internal int Count;
    [FieldOffset(8)] internal long Integer;
    [FieldOffset(8)] internal double Real;
    [FieldOffset(8)] internal nint Pointer;

    internal static BoxedValue Default => new() { Kind = BoxedKind.Default };
    internal static BoxedValue None => default;

    internal static BoxedValue From(Tensor? tensor) => tensor is null ? None : new() { Kind = BoxedKind.Tensor, Pointer = tensor.Handle };
    internal static BoxedValue From(long value) => new() { Kind = BoxedKind.Integer, Integer = value };
    internal static BoxedValue From(double value) => new() { Kind = BoxedKind.Real, Real = value };
    internal static BoxedValue From(bool value) => new() { Kind = BoxedKind.Boolean, Integer = value ? 1 : 0 };
    internal static BoxedValue From(Scalar value) => value.Boxed;
    internal static BoxedValue From(DType value) => From((long)value);
    internal static BoxedValue From(MemoryFormat value) => From((long)value);
    internal static BoxedValue From(Device value) => new() { Kind = BoxedKind.Device, Count = (int)value.Type, Integer = value.Index };

    internal static BoxedValue From(long? value) => value is { } known ? From(known) : None;
    internal static BoxedValue From(double? value) => value is { } known ? From(known) : None;
    internal static BoxedValue From(bool? value) => value is { } known ? From(known) : None;
    internal static BoxedValue From(Scalar? value) => value is { } known ? From(known) : None;
    internal static BoxedValue From(DType? value) => value is { } known ? From(known) : None;
    internal static BoxedValue From(Layout? value) => value is { } known ? From((long)known) : None;
    internal static BoxedValue From(MemoryFormat? value) => value is { } known ? From(known) : None;
    internal static BoxedValue From(Device? value) => value is { } known ? From(known) : None;
    internal static BoxedValue From(Generator? value) => value is null ? None : new() { Kind = BoxedKind.Generator, Pointer = value.Handle };

    internal static BoxedValue From(TorchObject value) => new() { Kind = BoxedKind.Object, Pointer = value.Handle };

    internal static BoxedValue IntList(long* elements, int count) => List(BoxedKind.IntegerList, elements, count);
    internal static BoxedValue DoubleList(double* elements, int count) => List(BoxedKind.RealList, elements, count);
    internal static BoxedValue BoolList(bool* elements, int count) => List(BoxedKind.BooleanList, elements, count);
    internal static BoxedValue TensorList(nint* handles, int count) => List(BoxedKind.TensorList, handles, count);
    internal static BoxedValue OptionalTensorList(nint* handles, int count) => List(BoxedKind.OptionalTensorList, handles, count);
    internal static BoxedValue ScalarList(BoxedValue* scalars, int count) => List(BoxedKind.ScalarList, scalars, count);
    internal static BoxedValue String(byte* utf8, int count) => count < 0 ? None : List(BoxedKind.String, utf8, count);

    private static BoxedValue List(BoxedKind kind, void* elements, int count) => new() { Kind = kind, Count = count, Pointer = (nint)elements };

    internal readonly Tensor ToTensor() => ToOptionalTensor() ?? throw new TorchException("a tensor was expected as the result, none came back");

    internal readonly Tensor? ToOptionalTensor() =>
        Kind == BoxedKind.None || Pointer == 0 ? null : new Tensor(Expect(BoxedKind.Tensor).Pointer);

    internal readonly Tensor[] ToTensorArray()
    {
        var handles = new ReadOnlySpan<nint>((void*)Expect(BoxedKind.TensorList).Pointer, Count);
        var tensors = new Tensor[Count];
        for (var i = 0; i < tensors.Length; i++)
            tensors[i] = new Tensor(handles[i]);
        NativeMethods.Free((void*)Pointer);
        return tensors;
    }

    internal readonly long ToInt64() => Expect(BoxedKind.Integer).Integer;

    internal readonly double ToDouble() => Expect(BoxedKind.Real).Real;

    internal readonly bool ToBoolean() => Expect(BoxedKind.Boolean).Integer != 0;

    internal readonly Scalar ToScalar() => new(this);

    /// <summary>Any result as a plain object: tensor, number, string, array or null. Takes over what the value owns.</summary>
    internal readonly object? ToObject()
    {
        switch (Kind)
        {
            case BoxedKind.None: return null;
            case BoxedKind.Tensor: return ToOptionalTensor();
            case BoxedKind.TensorList: return ToTensorArray();
            case BoxedKind.Integer: return Integer;
            case BoxedKind.Real: return Real;
            case BoxedKind.Boolean: return Integer != 0;
            case BoxedKind.Device: return new Device((DeviceType)Count, (int)Integer);
            case BoxedKind.String: return Status.TakeString((byte*)Pointer);
            case BoxedKind.IntegerList: return TakeArray<long>();
            case BoxedKind.RealList: return TakeArray<double>();
            case BoxedKind.BooleanList: return TakeArray<bool>();
            case BoxedKind.Object: return new TorchObject(Pointer);
            default: throw new TorchException($"a result of kind {Kind} has no managed form");
        }
    }

    /// <summary>Drops a result that nobody wants.</summary>
    internal readonly void Release()
    {
        if (Kind == BoxedKind.Tensor)
            NativeMethods.TensorRelease(Pointer);
        else if (Kind == BoxedKind.TensorList)
            foreach (var tensor in ToTensorArray())
                tensor.Dispose();
        else if (Kind == BoxedKind.Object)
            NativeMethods.ObjectRelease(Pointer);
        else if (Kind is BoxedKind.String or BoxedKind.IntegerList or BoxedKind.RealList or BoxedKind.BooleanList)
            NativeMethods.Free((void*)Pointer);
    }

    private readonly T[] TakeArray<T>() where T : unmanaged
    {
        var array = new ReadOnlySpan<T>((void*)Pointer, Count).ToArray();
        NativeMethods.Free((void*)Pointer);
        return array;
    }

    private readonly BoxedValue Expect(BoxedKind kind) =>
        Kind == kind ? this : throw new TorchException($"a result of kind {kind} was expected, {Kind} came back");
}

/// <summary>The tags of <c>AnyformerKind</c> in the native header.</summary>
internal enum BoxedKind
{
    None,
    Default,
    Tensor,
    Integer,
    Real,
    Boolean,
    String,
    Device,
    Generator,
    TensorList,
    OptionalTensorList,
    IntegerList,
    RealList,
    BooleanList,
    ScalarList,
    Object,
}
