using System.Buffers.Binary;
using System.Text;
using Anyformer.Training.Logging;

namespace Anyformer.Tests.Training.Logging;

public sealed class TensorBoardWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The vectors of RFC 3720, section B.4, and the check value of the CRC catalogues.</summary>
    [Fact]
    public void CrcIsCastagnolis()
    {
        Assert.Equal(0x8A9136AAu, RecordWriter.Crc(new byte[32]));
        Assert.Equal(0x62A8AB43u, RecordWriter.Crc(Enumerable.Repeat((byte)0xff, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, RecordWriter.Crc(Enumerable.Range(0, 32).Select(value => (byte)value).ToArray()));
        Assert.Equal(0x113FDB5Cu, RecordWriter.Crc(Enumerable.Range(0, 32).Select(value => (byte)(31 - value)).ToArray()));
        Assert.Equal(0xE3069283u, RecordWriter.Crc("123456789"u8));
        Assert.Equal(0u, RecordWriter.Crc([]));
    }

    /// <summary>Every event file of TensorFlow begins with these bytes: a record of 24 bytes and the checksum of that length.</summary>
    [Fact]
    public void FramingIsTensorFlows()
    {
        using (TensorBoardWriter.Create(_folder, new Clock(1_700_000_000)))
        {
        }
        var bytes = File.ReadAllBytes(Directory.GetFiles(_folder).Single());
        Assert.Equal([0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22, 0x09], bytes[..13]);
        Assert.Equal("\u001a\u000dbrain.Event:2", Encoding.ASCII.GetString(bytes[21..36]));
        Assert.Equal(40, bytes.Length);
    }

    [Fact]
    public void EventsAreReadBackByHand()
    {
        string path;
        using (var writer = TensorBoardWriter.Create(_folder, new Clock(1_700_000_000.25)))
        {
            path = writer.Path;
            writer.Scalar("train/loss", 0.1, 7);
            writer.Text("recipe", "# héllo", 300);
            Assert.Equal(3, EventFile.Read(path).Count);
        }
        Assert.Equal($"events.out.tfevents.1700000000.{Environment.MachineName}.0", Path.GetFileName(path));
        var events = EventFile.Read(path);
        Assert.All(events, one => Assert.Equal(1_700_000_000.25, BitConverter.UInt64BitsToDouble(one.Number(1))));
        Assert.Equal("brain.Event:2", events[0].Text(3));

        Assert.Equal(7u, events[1].Number(2));
        var scalar = events[1].Message(5).Message(1);
        Assert.Equal("train/loss", scalar.Text(1));
        Assert.Equal(0.1f, BitConverter.UInt32BitsToSingle((uint)scalar.Number(2)));

        Assert.Equal(300u, events[2].Number(2));
        var text = events[2].Message(5).Message(1);
        Assert.Equal("recipe", text.Text(1));
        Assert.Equal("text", text.Message(9).Message(1).Text(1));
        Assert.Equal(7u, text.Message(8).Number(1));
        Assert.Equal(1u, text.Message(8).Message(2).Message(2).Number(1));
        Assert.Equal("# héllo", text.Message(8).Text(8));
    }

    [Fact]
    public void AResumedRunHidesLaterStepsInAFileOfItsOwn()
    {
        using var first = TensorBoardWriter.Create(_folder, new Clock(5));
        using var second = TensorBoardWriter.Resume(_folder, 41, new Clock(5));
        Assert.EndsWith(".0", first.Path);
        Assert.EndsWith(".1", second.Path);
        var restart = EventFile.Read(second.Path)[1];
        Assert.Equal(42u, restart.Number(2));
        Assert.Equal(1u, restart.Message(7).Number(1));
    }

    private sealed class Clock(double seconds) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(seconds);
    }
}

/// <summary>Reads event files with nothing of what wrote them: a bitwise CRC and the protobuf wire format by hand.</summary>
internal static class EventFile
{
    public static List<WireMessage> Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var events = new List<WireMessage>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
            Assert.Equal(Masked(bytes.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)));
            var record = bytes.AsSpan(at + 12, length);
            Assert.Equal(Masked(record), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)));
            events.Add(new WireMessage(record.ToArray()));
            at += 16 + length;
        }
        return events;
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xffffffffu;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78u : crc >> 1;
        }
        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
    }
}

/// <summary>One protobuf message of fields that occur at most once.</summary>
internal sealed class WireMessage
{
    private readonly Dictionary<int, ulong> _numbers = [];
    private readonly Dictionary<int, byte[]> _blobs = [];

    public WireMessage(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var key = Varint(bytes, ref at);
            var field = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    _numbers.Add(field, Varint(bytes, ref at));
                    break;
                case 1:
                    _numbers.Add(field, BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at)));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(bytes, ref at);
                    _blobs.Add(field, bytes[at..(at + length)]);
                    at += length;
                    break;
                case 5:
                    _numbers.Add(field, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)));
                    at += 4;
                    break;
                default:
                    Assert.Fail($"wire type {key & 7}");
                    break;
            }
        }
    }

    public ulong Number(int field) => _numbers[field];

    public string Text(int field) => Encoding.UTF8.GetString(_blobs[field]);

    public WireMessage Message(int field) => new(_blobs[field]);

    private static ulong Varint(byte[] bytes, ref int at)
    {
        var value = 0ul;
        for (var shift = 0; ; shift += 7)
        {
            var part = bytes[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }
    }
}
