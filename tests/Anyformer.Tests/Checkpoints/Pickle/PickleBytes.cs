using System.Buffers.Binary;
using System.Text;

namespace Anyformer.Tests.Checkpoints.Pickle;

/// <summary>Pickles of protocol 2 put together opcode by opcode, right or wrong.</summary>
internal static class PickleBytes
{
    public static byte[] Of(params ReadOnlySpan<byte[]> parts)
    {
        List<byte> pickle = [0x80, 2];
        foreach (var part in parts)
            pickle.AddRange(part);
        pickle.Add((byte)'.');
        return [.. pickle];
    }

    public static byte[] Op(char opcode) => [(byte)opcode];

    public static byte[] Op(byte opcode, params byte[] argument) => [opcode, .. argument];

    public static byte[] Text(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        return [(byte)'X', .. length, .. utf8];
    }

    public static byte[] Integer(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return [0x8a, sizeof(long), .. bytes];
    }

    public static byte[] Global(string module, string name) => Encoding.UTF8.GetBytes($"c{module}\n{name}\n");

    public static byte[] Tuple(params ReadOnlySpan<byte[]> items)
    {
        List<byte> tuple = [(byte)'('];
        foreach (var item in items)
            tuple.AddRange(item);
        tuple.Add((byte)'t');
        return [.. tuple];
    }

    public static byte[] Call(string module, string name, params ReadOnlySpan<byte[]> arguments) =>
        [.. Global(module, name), .. Tuple(arguments), (byte)'R'];

    public static byte[] Storage(string type, string key, long count) =>
        [.. Tuple(Text("storage"), Global("torch", type), Text(key), Text("cpu"), Integer(count)), (byte)'Q'];

    public static byte[] Longs(params ReadOnlySpan<long> numbers)
    {
        List<byte> tuple = [(byte)'('];
        foreach (var number in numbers)
            tuple.AddRange(Integer(number));
        tuple.Add((byte)'t');
        return [.. tuple];
    }

    public static byte[] Tensor(byte[] storage, long offset, long[] shape, long[] strides) =>
        Call("torch._utils", "_rebuild_tensor_v2",
            storage, Integer(offset), Longs(shape), Longs(strides), Op(0x89), Call("collections", "OrderedDict"));
}
