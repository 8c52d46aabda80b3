using System.Buffers.Binary;
using Anyformer.Data.Sequences;
using Anyformer.Data.Sequences.Files;
using Anyformer.Data.Sources;
using Anyformer.Testing;

namespace Anyformer.Tests.Data.Sequences.Files;

public sealed class ImageFilesTests : IDisposable
{
    private const int Record = 3073;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(255, 255, 255, 255)]
    [InlineData(255, 0, 0, 76)]
    [InlineData(0, 255, 0, 149)]
    [InlineData(0, 0, 255, 29)]
    public void ColoursBecomeGreyAsTheyDoInTensorFlow(byte red, byte green, byte blue, byte grey) => Assert.Equal(grey, CifarBatches.Grey(red, green, blue));

    [Fact]
    public void CifarIsReadAndAPartHeldOut()
    {
        var batch = new byte[10 * Record];
        for (var i = 0; i < 10; i++)
        {
            batch[i * Record] = (byte)i;
            batch.AsSpan(i * Record + 1, 1024).Fill((byte)(20 * i));
        }

        File.WriteAllBytes(_folder["data_batch_1.bin"], batch);
        File.WriteAllBytes(_folder["test_batch.bin"], batch);
        var data = Load();
        Assert.Equal((9, 1, 10, 1024, 256, 0), (data.Train.Count, data.Validation.Count, data.Test.Count, data.Tokens, data.Vocabulary, data.FirstToken));
        Assert.All(Enumerable.Range(0, 10), i => Assert.Equal(CifarBatches.Grey((byte)(20 * data.Test[i].Label), 0, 0), data.Test[i].Symbols[1023]));
        File.WriteAllBytes(_folder["test_batch.bin"], batch[..^1]);
        Assert.Equal($"{_folder["test_batch.bin"]}: the file has 30729 bytes, expected a multiple of 3073, the size of a CIFAR-10 picture with its label.", Mistake());
        batch[0] = 10;
        File.WriteAllBytes(_folder["test_batch.bin"], batch);
        Assert.Equal($"{_folder["test_batch.bin"]}: a picture has the label 10, expected 0 to 9.", Mistake());
    }

    [SkippableFact]
    public void MnistIsReadFromIdxFiles()
    {
        var folder = Path.GetDirectoryName(SharedFolder.Require("data/mnist-10k/train-images-idx3-ubyte.gz"))!;
        var data = new ImageTask { Folder = folder }.Load(new DataStore([], _folder["downloads"]));
        Assert.Equal((7200, 800, 2000, 784, 10), (data.Train.Count, data.Validation.Count, data.Test.Count, data.Tokens, data.Classes));
        Assert.Equal("The pictures in '" + folder + "' have 784 pixels, so their sequences have that many tokens, found tokens 1000.",
            Assert.Throws<UserException>(() => new ImageTask { Folder = folder, Tokens = 1000 }.Load(new DataStore([], _folder["downloads"]))).Message);
    }

    [Fact]
    public void WhatAHeaderOnlyClaimsIsNotBelieved()
    {
        foreach (var part in new[] { "train", "t10k" })
        {
            File.WriteAllBytes(_folder[$"{part}-images-idx3-ubyte"], Idx(0x803, 2_000_000_000, 2, 2));
            File.WriteAllBytes(_folder[$"{part}-labels-idx1-ubyte"], [.. Idx(0x801, 1), 3]);
        }

        Assert.StartsWith($"{_folder["train-images-idx3-ubyte"]}: the file cannot be read, breaks off or is damaged (", Mistake());
        File.WriteAllBytes(_folder["train-images-idx3-ubyte"], Idx(0x803, 1, 100_000, 100_000));
        Assert.Equal($"{_folder["train-images-idx3-ubyte"]}: an item has 100000 x 100000 bytes, expected 1 to 16777216.", Mistake());
        File.WriteAllBytes(_folder["train-images-idx3-ubyte"], Idx(0x800, 1, 2, 2));
        Assert.Equal($"{_folder["train-images-idx3-ubyte"]}: the file begins with 2048, which is not the number of an IDX file of bytes.", Mistake());
        File.WriteAllBytes(_folder["train-images-idx3-ubyte"], [.. Idx(0x803, 2, 1, 1), 7, 8]);
        Assert.Equal($"{_folder["train-images-idx3-ubyte"]}: there are 2 images and 1 labels, expected one for each.", Mistake());
    }

    private static byte[] Idx(params int[] header)
    {
        var bytes = new byte[4 * header.Length];
        foreach (var (i, number) in header.Index())
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * i), number);
        return bytes;
    }

    private string Mistake() => Assert.Throws<UserException>(Load).Message;

    private SequenceData Load() => new ImageTask { Folder = _folder.Path }.Load(new DataStore([], _folder["downloads"]));
}
