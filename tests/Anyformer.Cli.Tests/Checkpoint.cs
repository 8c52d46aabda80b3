using System.Text.Json.Nodes;
using Anyformer.Checkpoints;

namespace Anyformer.Cli.Tests;

/// <summary>Checkpoints, byte by byte.</summary>
internal static class Checkpoint
{
    /// <summary>How far the training of <c>last.safetensors</c> had come, as JSON.</summary>
    public static JsonObject State(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return JsonNode.Parse(file.Metadata["training-state"])!.AsObject();
    }

    /// <summary>Fails unless both files are the same.</summary>
    public static void AssertSameBytes(string expected, string actual) =>
        Assert.True(File.ReadAllBytes(expected).AsSpan().SequenceEqual(File.ReadAllBytes(actual)), $"{expected} and {actual} differ");

    /// <summary>Fails unless both files hold tensors of the same names, types, shapes and bits.</summary>
    public static void AssertSameTensors(string expected, string actual)
    {
        using var one = SafetensorsFile.Open(expected);
        using var other = SafetensorsFile.Open(actual);
        Assert.NotEmpty(one.Entries);
        Assert.Equal(one.Entries.Select(entry => entry.Name), other.Entries.Select(entry => entry.Name));
        foreach (var entry in one.Entries)
        {
            Assert.True(other.TryGetEntry(entry.Name, out var same));
            Assert.Equal(entry.DType, same.DType);
            Assert.Equal(entry.Shape.AsEnumerable(), same.Shape);
            Assert.True(one.Data(entry).SequenceEqual(other.Data(same)), $"{entry.Name} differs between {expected} and {actual}");
        }
    }
}
