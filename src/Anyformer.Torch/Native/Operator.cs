using System.Globalization;
using System.Text;

namespace Anyformer.Torch.Native;

/// <summary>One operator of libtorch's dispatcher, looked up by name and overload at its first call.</summary>
internal sealed unsafe class Operator(string name, string overload)
{
    private nint _handle;

    internal string FullName => overload.Length == 0 ? name : $"{name}.{overload}";

    /// <summary>True when this libtorch has the operator: newer ones have more.</summary>
    internal bool Exists => _handle != 0 || TryResolve();

    internal string Schema
    {
        get
        {
            byte* schema;
            Status.Check(NativeMethods.OperatorSchema(Resolve(), &schema));
            return Status.TakeString(schema);
        }
    }

    /// <summary>Calls the operator; the results are written to the front of <paramref name="results"/> and their number is returned.</summary>
    internal int Call(ReadOnlySpan<BoxedValue> arguments, Span<BoxedValue> results)
    {
        var handle = _handle != 0 ? _handle : Resolve();
        int count, status;
        fixed (BoxedValue* first = arguments)
        fixed (BoxedValue* firstResult = results)
            status = NativeMethods.OperatorCall(handle, first, arguments.Length, firstResult, results.Length, &count);
        return status == 0 ? count : throw Failure(arguments);
    }

    private nint Resolve() =>
        Exists ? _handle : throw new TorchException($"this libtorch ({TorchRuntime.Version}) has no operator {FullName}");

    private bool TryResolve()
    {
        nint found;
        using var nameBytes = new Utf8Buffer(name, stackalloc byte[Utf8Buffer.InlineSize]);
        using var overloadBytes = new Utf8Buffer(overload, stackalloc byte[Utf8Buffer.InlineSize]);
        fixed (byte* namePointer = nameBytes)
        fixed (byte* overloadPointer = overloadBytes)
            Status.Check(NativeMethods.OperatorFind(namePointer, overloadPointer, &found));
        _handle = found;
        return found != 0;
    }

    private TorchException Failure(ReadOnlySpan<BoxedValue> arguments)
    {
        var message = Status.LastError();
        var text = new StringBuilder(FullName).Append('(');
        for (var i = 0; i < arguments.Length; i++)
            text.Append(i == 0 ? "" : ", ").Append(Describe(arguments[i]));
        return new TorchException(text.Append("): ").Append(message).ToString());
    }

    private static string Describe(in BoxedValue value) => value.Kind switch
    {
        BoxedKind.Tensor => TensorDescription.Of(value.Pointer),
        BoxedKind.TensorList or BoxedKind.OptionalTensorList => DescribeList<nint>(value, TensorDescription.Of),
        BoxedKind.IntegerList => DescribeList<long>(value, static item => item.ToString(CultureInfo.InvariantCulture)),
        BoxedKind.RealList => DescribeList<double>(value, static item => item.ToString(CultureInfo.InvariantCulture)),
        BoxedKind.Integer => value.Integer.ToString(CultureInfo.InvariantCulture),
        BoxedKind.Real => value.Real.ToString(CultureInfo.InvariantCulture),
        BoxedKind.Boolean => value.Integer != 0 ? "true" : "false",
        var kind => kind.ToString().ToLowerInvariant(),
    };

    private static string DescribeList<T>(in BoxedValue value, Func<T, string> describe) where T : unmanaged
    {
        const int shown = 8;
        var items = new ReadOnlySpan<T>((void*)value.Pointer, value.Count);
        var texts = items[..Math.Min(shown, items.Length)].ToArray().Select(describe);
        return $"[{string.Join(", ", texts)}{(items.Length > shown ? $", ... {items.Length} in all" : "")}]";
    }
}
