using System.Collections.Immutable;
using System.Text;

namespace Anyformer.Checkpoints.Pickle;

/// <summary>What the allowed Python callables build from their arguments; null when the arguments do not fit.</summary>
internal static class PickleBuilders
{
    /// <summary><c>OrderedDict()</c>, or of a list of pairs as Python 2 wrote it.</summary>
    public static object? OrderedDictionary(PickledTuple arguments) => arguments switch
    {
        [] => new PickledDictionary(),
        [IReadOnlyList<object?> pairs] => Dictionary(pairs),
        _ => null,
    };

    /// <summary><c>set()</c> or <c>set(items)</c>.</summary>
    public static object? Set(PickledTuple arguments) => arguments switch
    {
        [] => new PickledSet([]),
        [IReadOnlyList<object?> items] => new PickledSet([.. items]),
        _ => null,
    };

    /// <summary>Bytes: none, themselves, or a text with a character for each byte, which is how protocol 2 writes them.</summary>
    public static object? Bytes(PickledTuple arguments) => arguments switch
    {
        [] => Array.Empty<byte>(),
        [byte[] bytes] => bytes,
        [string text, "latin1" or "latin-1"] when !text.AsSpan().ContainsAnyExceptInRange('\0', '\u00FF') => Encoding.Latin1.GetBytes(text),
        _ => null,
    };

    /// <summary><c>torch.Size(sizes)</c> is a tuple.</summary>
    public static object? Size(PickledTuple arguments) => arguments is [PickledTuple sizes] ? sizes : null;

    /// <summary><c>torch.device(kind)</c> or <c>torch.device(kind, index)</c>, as its text: <c>cuda:1</c>.</summary>
    public static object? Device(PickledTuple arguments) => arguments switch
    {
        [string kind] => kind,
        [string kind, long index] => FormattableString.Invariant($"{kind}:{index}"),
        _ => null,
    };

    /// <summary>
    /// <c>_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks[, metadata])</c>; hooks are functions, so
    /// any would have been refused already. Metadata says that the bytes mean something else (conjugated, negated): refused.
    /// </summary>
    public static object? Tensor(PickledTuple arguments) => arguments switch
    {
        [PickledStorage storage, long offset, PickledTuple shape, PickledTuple strides, bool requiresGrad, _] =>
            View(storage, offset, shape, strides, requiresGrad),
        [PickledStorage storage, long offset, PickledTuple shape, PickledTuple strides, bool requiresGrad, _,
            null or PickledDictionary { Count: 0 }] => View(storage, offset, shape, strides, requiresGrad),
        _ => null,
    };

    /// <summary><c>_rebuild_parameter(data, requires_grad, backward_hooks)</c>.</summary>
    public static object? Parameter(PickledTuple arguments) =>
        arguments is [PickledTensor tensor, bool requiresGrad, _] ? tensor.AsParameter(requiresGrad) : null;

    private static PickledDictionary? Dictionary(IReadOnlyList<object?> pairs)
    {
        var dictionary = new PickledDictionary();
        foreach (var pair in pairs)
        {
            if (pair is not IReadOnlyList<object?> { Count: 2 } keyAndValue)
                return null;
            dictionary.Set(keyAndValue[0], keyAndValue[1]);
        }
        return dictionary;
    }

    private static PickledTensor? View(PickledStorage storage, long offset, PickledTuple shape, PickledTuple strides, bool requiresGrad) =>
        shape.All(size => size is long) && strides.All(stride => stride is long)
            ? PickledTensor.View(storage, offset, Longs(shape), Longs(strides), requiresGrad)
            : null;

    private static ImmutableArray<long> Longs(PickledTuple numbers) => [.. numbers.Cast<long>()];
}
