using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Anyformer.Tests.Data.TimeSeries;

/// <summary>The tensors of a parity case, read straight from the safetensors layout: header length, JSON header, data.</summary>
internal sealed class CaseTensors(string path)
{
    private readonly byte[] _file = File.ReadAllBytes(path);

    public double[] this[string name]
    {
        get
        {
            var headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(_file);
            using var header = JsonDocument.Parse(_file.AsMemory(8, headerLength));
            var entry = header.RootElement.GetProperty(name);
            var offsets = entry.GetProperty("data_offsets");
            var data = _file.AsSpan(8 + headerLength)[offsets[0].GetInt32()..offsets[1].GetInt32()];
            return entry.GetProperty("dtype").GetString() switch
            {
                "F32" => Array.ConvertAll(MemoryMarshal.Cast<byte, float>(data).ToArray(), value => (double)value),
                "F64" => MemoryMarshal.Cast<byte, double>(data).ToArray(),
                "I64" => Array.ConvertAll(MemoryMarshal.Cast<byte, long>(data).ToArray(), value => (double)value),
                var other => throw new NotSupportedException(other),
            };
        }
    }
}
