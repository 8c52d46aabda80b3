using System.Buffers.Binary;
using System.Text;

namespace Anyformer.Tests.Checkpoints;

/// <summary>Safetensors files put together by hand, right or wrong.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Of(string json, int dataLength) => Of(Encoding.UTF8.GetBytes(json), new byte[dataLength]);

    public static byte[] Of(byte[] json, byte[] data) => [.. Length((ulong)json.Length), .. json, .. data];

    public static byte[] Length(ulong length)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        return bytes;
    }
}
