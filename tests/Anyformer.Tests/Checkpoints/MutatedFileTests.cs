using Anyformer.Checkpoints;
using Anyformer.Testing;
using FsCheck.Fluent;

namespace Anyformer.Tests.Checkpoints;

/// <summary>
/// Valid small files with bytes changed, put in, taken out or cut off: opening one either works, and then every tensor can be read,
/// or is a <see cref="UserException"/>. Never another exception, never a crash, never more memory than the file's size explains.
/// </summary>
public sealed class MutatedFileTests : IDisposable
{
    private const int Runs = 2000;
    private const long SmallAllocation = 1 << 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void MutatedSafetensorsFilesAreReadOrRefused()
    {
        var json = """
            {"__metadata__":{"format":"pt"},"weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},
             "bias":{"dtype":"I64","shape":[],"data_offsets":[24,32]}}
            """;
        Check([SafetensorsBytes.Of(json, 32)], path =>
        {
            using var file = SafetensorsFile.Open(path);
            foreach (var entry in file.Entries)
                Touch(file, entry);
        });
    }

    [Fact]
    public void MutatedTorchArchivesAreReadOrRefused()
    {
        string[] fixtures = ["views.pt", "dtypes.pt", "training.pt", "protocol4.pt"];
        Check([.. fixtures.Select(name => File.ReadAllBytes(Fixture.PathOf(name)))], path =>
        {
            using var file = TorchArchive.Open(path);
            foreach (var tensor in file.StateDict().Values)
                Touch(file, tensor);
        });
    }

    private void Check(byte[][] originals, Action<string> open)
    {
        var opened = 0;
        var refused = 0;
        Property.Holds(Gen.Choose(0, int.MaxValue), seed =>
        {
            var random = new Random(seed);
            var bytes = Mutated(originals[random.Next(originals.Length)], random);
            if (OpensWithinBounds(_folder.Write("mutated", bytes), bytes.Length, open))
                opened++;
            else
                refused++;
        }, Runs);
        Assert.True(opened > Runs / 50 && refused > Runs / 10, $"{opened} opened, {refused} refused: the mutations test too little");
    }

    private static bool OpensWithinBounds(string path, int length, Action<string> open)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            open(path);
            return true;
        }
        catch (UserException error)
        {
            Assert.Contains(path, error.Message);
            Assert.DoesNotContain('\n', error.Message);
            return false;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, SmallAllocation + 100L * length);
        }
    }

    /// <summary>One to three edits; half of them in the first fifth, where headers and pickles are.</summary>
    private static byte[] Mutated(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var edits = random.Next(1, 4); edits > 0 && bytes.Count > 0; edits--)
            Edit(bytes, random);
        return [.. bytes];
    }

    private static void Edit(List<byte> bytes, Random random)
    {
        var place = random.Next(random.Next(2) == 0 ? bytes.Count : Math.Max(bytes.Count / 5, 1));
        var length = Math.Min(random.Next(1, 9), bytes.Count - place);
        switch (random.Next(8))
        {
            case 0: bytes.RemoveRange(place, length); break;
            case 1: bytes.InsertRange(place, Noise(random, length)); break;
            case 2: bytes.RemoveRange(place, bytes.Count - place); break;
            case 3: bytes[place] ^= (byte)(1 << random.Next(8)); break;
            case 4: bytes[place] = (byte)(bytes[place] + 1); break;
            case 5: bytes[place] = random.Next(2) == 0 ? byte.MinValue : byte.MaxValue; break;
            case 6: bytes[place] = (byte)random.Next('0', '9' + 1); break;
            default: bytes[place] = (byte)random.Next(256); break;
        }
    }

    private static byte[] Noise(Random random, int length)
    {
        var noise = new byte[length];
        random.NextBytes(noise);
        return noise;
    }

    private static void Touch(CheckpointFile file, StoredTensor tensor)
    {
        var sum = 0;
        foreach (var value in file.Data(tensor))
            sum += value;
        Assert.InRange(sum, 0, byte.MaxValue * tensor.Length);
    }
}
