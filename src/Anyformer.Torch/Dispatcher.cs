using System.Collections.Concurrent;
using Anyformer.Torch.Native;

namespace Anyformer.Torch;

/// <summary>Calls any operator of libtorch's dispatcher by name: for operators without a generated method, and those of loaded libraries.</summary>
public static unsafe class Dispatcher
{
    private static readonly ConcurrentDictionary<string, Operator> s_known = new();

    /// <summary>Every operator this libtorch knows, as <c>aten::add.Tensor</c>.</summary>
    public static string[] OperatorNames()
    {
        byte* names;
        Status.Check(NativeMethods.OperatorNames(&names));
        return Status.TakeString(names).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>True when this libtorch has the operator, named as <c>aten::add.Tensor</c>.</summary>
    public static bool Has(string name) => Find(name).Exists;

    /// <summary>The schema of an operator, as libtorch writes it.</summary>
    /// <exception cref="TorchException">No such operator.</exception>
    public static string Schema(string name) => Find(name).Schema;

    /// <summary>
    /// Calls an operator with arguments in schema order; missing trailing ones take their defaults. Arguments are tensors, numbers, strings,
    /// <see cref="DType"/>, <see cref="Device"/>, <see cref="Layout"/>, <see cref="MemoryFormat"/>, <see cref="Generator"/>, <see cref="TorchObject"/>, null, or arrays of
    /// tensors (null for a missing one), integers, reals, truth values or <see cref="Scalar"/>s.
    /// </summary>
    /// <returns>The results: tensors, numbers, strings, arrays of them, or objects of libtorch's own classes.</returns>
    /// <exception cref="TorchException">No such operator, or it failed.</exception>
    public static object?[] Call(string name, params object?[] arguments)
    {
        using var pins = new ArgumentPins();
        var values = new BoxedValue[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
            values[i] = pins.Box(arguments[i]);
        Span<BoxedValue> results = stackalloc BoxedValue[16];
        var count = Find(name).Call(values, results);
        GC.KeepAlive(arguments);
        var objects = new object?[count];
        for (var i = 0; i < count; i++)
            objects[i] = results[i].ToObject();
        return objects;
    }

    private static Operator Find(string name)
    {
        if (s_known.TryGetValue(name, out var known))
            return known;
        var dot = name.IndexOf('.');
        var op = dot < 0 ? new Operator(name, "") : new Operator(name[..dot], name[(dot + 1)..]);
        // Only operators that exist are remembered: a library loaded later may bring the others.
        return op.Exists ? s_known.GetOrAdd(name, op) : op;
    }
}
