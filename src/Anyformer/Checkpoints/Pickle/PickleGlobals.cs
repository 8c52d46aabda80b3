using System.Collections.Frozen;
using Anyformer.Torch;

namespace Anyformer.Checkpoints.Pickle;

/// <summary>A Python callable that a pickle may name: what it builds here from its arguments, or null when they do not fit.</summary>
internal sealed record PickleCallable(string Name, Func<PickledTuple, object?> Build);

/// <summary>A class such as <c>torch.FloatStorage</c>, which names the element type of a storage.</summary>
internal sealed record PickleStorageType(DType DType);

/// <summary>
/// Every global that a pickle may name. All other names are refused: to a real unpickler they are functions to be called,
/// and running what a file asks for is how a checkpoint takes over a machine.
/// </summary>
internal static class PickleGlobals
{
    private static readonly (string Storage, string Name, DType DType)[] ElementTypes =
    [
        ("ByteStorage", "uint8", DType.UInt8), ("CharStorage", "int8", DType.Int8), ("ShortStorage", "int16", DType.Int16),
        ("IntStorage", "int32", DType.Int32), ("LongStorage", "int64", DType.Int64), ("HalfStorage", "float16", DType.Float16),
        ("FloatStorage", "float32", DType.Float32), ("DoubleStorage", "float64", DType.Float64), ("BoolStorage", "bool", DType.Bool),
        ("BFloat16Storage", "bfloat16", DType.BFloat16), ("ComplexFloatStorage", "complex64", DType.Complex64),
        ("ComplexDoubleStorage", "complex128", DType.Complex128),
    ];

    private static readonly PickleCallable[] Callables =
    [
        new("collections.OrderedDict", PickleBuilders.OrderedDictionary),
        new("builtins.set", PickleBuilders.Set),
        new("builtins.frozenset", PickleBuilders.Set),
        new("builtins.bytes", PickleBuilders.Bytes),
        new("builtins.bytearray", PickleBuilders.Bytes),
        new("_codecs.encode", PickleBuilders.Bytes),
        new("torch.Size", PickleBuilders.Size),
        new("torch.device", PickleBuilders.Device),
        new("torch._utils._rebuild_tensor_v2", PickleBuilders.Tensor),
        new("torch._utils._rebuild_parameter", PickleBuilders.Parameter),
    ];

    private static readonly FrozenDictionary<string, object> Allowed = Callables
        .Select(each => Named(each.Name, each))
        .Concat(ElementTypes.Select(each => Named($"torch.{each.Storage}", new PickleStorageType(each.DType))))
        .Concat(ElementTypes.Select(each => Named($"torch.{each.Name}", each.DType)))
        .ToFrozenDictionary();

    /// <summary>What a global stands for here.</summary>
    /// <exception cref="MalformedFileException">The global is not one of those that are allowed.</exception>
    public static object Resolve(string module, string name)
    {
        // Protocol 2 writes the names that Python 2 would know.
        var global = $"{(module == "__builtin__" ? "builtins" : module)}.{name}";
        return Allowed.TryGetValue(global, out var value)
            ? value
            : throw new MalformedFileException(
                $"it asks for {Quoted.Name(global)}, which is refused because only tensors and plain Python values are built "
                + "(in Python, save model.state_dict() or another plain dictionary instead)");
    }

    private static KeyValuePair<string, object> Named(string name, object value) => new(name, value);
}
