using System.Runtime.InteropServices;
using System.Text;

namespace Anyformer.Torch.Native;

/// <summary>Boxes arguments that are known only as objects, and pins the arrays among them until the call is over.</summary>
internal sealed class ArgumentPins : IDisposable
{
    private readonly List<GCHandle> _pins = [];

    internal unsafe BoxedValue Box(object? argument) => argument switch
    {
        null => BoxedValue.None,
        Tensor tensor => BoxedValue.From(tensor),
        Scalar scalar => BoxedValue.From(scalar),
        bool value => BoxedValue.From(value),
        int value => BoxedValue.From((long)value),
        long value => BoxedValue.From(value),
        float value => BoxedValue.From((double)value),
        double value => BoxedValue.From(value),
        DType value => BoxedValue.From(value),
        Layout value => BoxedValue.From((long)value),
        MemoryFormat value => BoxedValue.From(value),
        Device value => BoxedValue.From(value),
        Generator value => BoxedValue.From(value),
        TorchObject value => BoxedValue.From(value),
        string text => String(Encoding.UTF8.GetBytes(text)),
        long[] values => BoxedValue.IntList((long*)Pin(values), values.Length),
        int[] values => Box(Array.ConvertAll(values, static value => (long)value)),
        float[] values => Box(Array.ConvertAll(values, static value => (double)value)),
        double[] values => BoxedValue.DoubleList((double*)Pin(values), values.Length),
        bool[] values => BoxedValue.BoolList((bool*)Pin(values), values.Length),
        Scalar[] values => BoxedValue.ScalarList((BoxedValue*)Pin(Values(values)), values.Length),
        Tensor?[] tensors => BoxedValue.TensorList((nint*)Pin(Handles(tensors)), tensors.Length),
        _ => throw new ArgumentException($"An argument of type {argument.GetType().Name} cannot be passed to an operator."),
    };

    public void Dispose()
    {
        foreach (var pin in _pins)
            pin.Free();
        _pins.Clear();
    }

    private static nint[] Handles(Tensor?[] tensors) => Array.ConvertAll(tensors, static tensor => tensor?.Handle ?? 0);

    private static BoxedValue[] Values(Scalar[] scalars) => Array.ConvertAll(scalars, static scalar => scalar.Boxed);

    private unsafe BoxedValue String(byte[] utf8) => BoxedValue.String((byte*)Pin(utf8), utf8.Length);

    private nint Pin(Array array)
    {
        var pin = GCHandle.Alloc(array, GCHandleType.Pinned);
        _pins.Add(pin);
        return pin.AddrOfPinnedObject();
    }
}
