using System.Buffers.Binary;
using System.IO.Compression;
using Anyformer.Data.Images.Files;
using Anyformer.Data.Images.Sets;
using Anyformer.Data.Sources;
using Anyformer.Testing;
using Anyformer.Tests.Data.Images.Files;
using Anyformer.Torch;

namespace Anyformer.Tests.Data.Images.Sets;

public sealed class ImageSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void FoldersAreClasses()
    {
        SampleImages.Need();
        Write("b/2.PNG", 20);
        Write("b/1.jpg", 10);
        Write("b/deep/3.png", 30);
        Write("a/9.png", 90);
        Directory.CreateDirectory(_folder["empty"]);
        File.WriteAllText(_folder["b/notes.txt"], "no image");
        var set = new ImageFolder(_folder.Path, ImageMode.Gray);
        Assert.Equal(["a", "b"], set.Classes.ToArray());
        Assert.Equal(["a/9.png", "b/1.jpg", "b/2.PNG", "b/deep/3.png"], Names(set));
        Assert.Equal([0, 1, 1, 1], Enumerable.Range(0, 4).Select(set.Label));
        using var image = set.Read(3);
        Assert.Equal((byte)30, image[0, 0, 0].Item<int>());
    }

    [SkippableFact]
    public void PartsAreFolders()
    {
        SampleImages.Need();
        foreach (var part in new[] { "train", "test" })
            for (var i = 0; i < 10; i++)
                Write($"{part}/{"ab"[i % 2]}/{i}.png", i);
        var data = Load();
        Assert.Equal((8, 2, 10), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Equal(10, Names(data.Train).Concat(Names(data.Validation)).Distinct().Count());
        Assert.Equal([0, 1], Enumerable.Range(0, 2).Select(data.Validation.Label).Order());
        Assert.Equal(0.5, data.MajorityShare);
        Assert.Equal((10, 10), (Load(validationShare: 0).Train.Count, Load(validationShare: 0).Validation.Count));
        Write("val/a/0.png", 0);
        Assert.Equal((10, 1, 10), (Load().Train.Count, Load().Validation.Count, Load().Test.Count));
        Directory.Delete(_folder["test"], recursive: true);
        Assert.Equal((8, 2, 1), (Load().Train.Count, Load().Validation.Count, Load().Test.Count));
        Write("val/c/0.png", 0);
        Assert.Equal($"The folder '{_folder["val"]}' has the class 'c', which '{_folder["train"]}' lacks.", Mistake());
    }

    [SkippableFact]
    public void WhatHasNoPartsIsSplitInEveryClass()
    {
        SampleImages.Need();
        for (var i = 0; i < 60; i++)
            Write($"{(i < 40 ? "many" : "few")}/{i:00}.png", i);
        var data = Load();
        ImageSet[] parts = [data.Train, data.Validation, data.Test];
        Assert.Equal([43, 5, 12], parts.Select(part => part.Count));
        Assert.Equal([8, 4], Enumerable.Range(0, 2).Select(label => Enumerable.Range(0, 12).Count(i => data.Test.Label(i) == 1 - label)));
        Assert.Equal(60, parts.SelectMany(Names).Distinct().Count());
        Assert.Equal(Names(data.Test), Names(Load().Test));
        Assert.NotEqual(Names(data.Test), Names(Load(seed: 1).Test));
    }

    [SkippableFact]
    public void ClassesOfOneImageCannotBeSplit()
    {
        SampleImages.Need();
        Write("a/0.png", 0);
        Write("b/0.png", 0);
        Assert.Equal($"'{_folder.Path}' has too few images to hold some out of every class: 2 are left to learn from, 0 for validation and 0 for the test.", Mistake());
    }

    [SkippableFact]
    public void ArchivesAreFoldersToo()
    {
        SampleImages.Need();
        for (var i = 0; i < 20; i++)
            Write($"all/photos/{(i < 10 ? "train" : "test")}/{"ab"[i % 2]}/{i}.png", i);
        ZipFile.CreateFromDirectory(_folder["all"], _folder["photos.zip"]);
        Directory.Delete(_folder["all"], recursive: true);
        foreach (var path in new[] { _folder.Path, _folder["photos.zip"] })
        {
            var data = new ImageSource { Path = path }.Load(Store());
            Assert.Equal((8, 2, 10, path), (data.Train.Count, data.Validation.Count, data.Test.Count, data.Source));
            Assert.Equal(["a", "b"], data.Classes.ToArray());
            using var image = data.Test.Read(0);
            Assert.Equal((byte)10, image[0, 0, 0].Item<int>());
        }
    }

    [SkippableFact]
    public void AClassMayBeCalledTrain()
    {
        SampleImages.Need();
        foreach (var name in new[] { "plane", "train" })
            for (var i = 0; i < 10; i++)
                Write($"{name}/{i}.png", i);
        Assert.Equal(["plane", "train"], Load().Classes.ToArray());
    }

    [Fact]
    public void MnistFilesAreRead()
    {
        WriteIdx("train", [[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]], [2, 0], compress: true);
        WriteIdx("t10k", [[0, 0, 0, 0, 0, 9]], [1], compress: false);
        var data = Load(validationShare: 0);
        Assert.Equal((2, 1, 1), (data.Train.Count, data.Test.Count, data.Channels));
        Assert.Equal(["0", "1", "2"], data.Classes.ToArray());
        using var scope = new TensorScope();
        Assert.Equal([1, 2, 3], data.Train.Read(1).Shape);
        Tensors.AssertClose([7, 8, 9, 10, 11, 12], data.Train.Read(1), 0);
        Assert.Equal((2, 1), (data.Train.Label(0), data.Test.Label(0)));
        var colors = new ImageSource { Path = _folder.Path, Mode = ImageMode.Rgb, ValidationShare = 0 }.Load(Store());
        Tensors.AssertClose([7, 7, 7], colors.Train.Read(1)[.., 0, 0], 0);
    }

    [Fact]
    public void WhatIdxFilesClaimIsNotBelieved()
    {
        WriteIdx("train", [[1]], [0], compress: false);
        var path = _folder["train-images-idx3-ubyte"];
        File.WriteAllBytes(path, Idx(2_000_000_000, 1, 1));
        Assert.StartsWith($"{path}: the file cannot be read, breaks off or is damaged (", Mistake());
        File.WriteAllBytes(path, Idx(1, 100_000, 100_000));
        Assert.Equal($"{path}: an item has 100000 x 100000 bytes, expected 1 to 16777216.", Mistake());
        File.WriteAllBytes(path, [0, 0, 0x0D, 3]);
        Assert.Equal($"{path}: the file begins with 3331, which is not the number of an IDX file of bytes.", Mistake());
        File.WriteAllBytes(path, [.. Idx(2, 1, 1), 1, 2]);
        Assert.Equal($"{path}: there are 2 images and 1 labels, expected one for each.", Mistake());
    }

    [Fact]
    public void TablesOfPixelsAreRead()
    {
        File.WriteAllText(_folder["digits.csv"], "0,16,8,4,7\n1,2,3,4,10\n0,0,0,16,7\n1,1,1,1,10\n9,9,9,9,9\n8,8,8,8,9\n");
        var data = new ImageSource { Path = _folder["digits.csv"], TestShare = 0.5, ValidationShare = 0 }.Load(Store());
        Assert.Equal(["7", "9", "10"], data.Classes.ToArray());
        Assert.Equal((3, 3), (data.Train.Count, data.Test.Count));
        var set = PixelTable.Read(_folder["digits.csv"], null, LabelColumn.Last, null).Train;
        using var scope = new TensorScope();
        Assert.Equal([1, 2, 2], set.Read(0).Shape);
        Tensors.AssertClose([0, 255, 128, 64], set.Read(0), 0);
        Assert.Equal([0, 2, 0, 2, 1, 1], Enumerable.Range(0, 6).Select(set.Label));
        File.WriteAllText(_folder["digits.csv"], "label,r,g,b\ncat,1,2,250\ndog,4,5,6\n");
        var colors = PixelTable.Read(_folder["digits.csv"], null, LabelColumn.Last, null).Train;
        Assert.Equal(["cat", "dog"], colors.Classes.ToArray());
        Tensors.AssertClose([1, 2, 250], colors.Read(0), 0);
    }

    [Theory]
    [InlineData("1,2,3,4,0\n1,2,3,0\n", "row 2 has 4 columns, expected 5 as in the rows before.")]
    [InlineData("1,2,3,4,0\n1,2,x,4,0\n", "row 2 has the pixel 'x', expected a whole number from 0 to 255.")]
    [InlineData("1,2,3,0\n1,2,3,1\n1,2,3,1\n1,2,3,1,", "row 4 has 5 columns, expected 4 as in the rows before.")]
    [InlineData("1,2,0\n1,2,1\n", "a row has 2 pixels, expected those of a square image, grey or of three colours.")]
    [InlineData("1,2,3,4,0\n", "all rows are of the class '0', expected two classes at least; is the class in another column?")]
    [InlineData("", "the table is empty, expected a row for every image.")]
    public void RowsThatAreNoImagesAreNamed(string table, string problem)
    {
        var path = _folder["t.csv"];
        File.WriteAllText(path, table);
        Assert.Equal($"{path}: {problem}", Assert.Throws<UserException>(() => PixelTable.Read(path, null, LabelColumn.Last, null)).Message);
    }

    [Fact]
    public void WhatIsNotThereIsNamed()
    {
        Assert.Equal("There is no folder, archive or table 'nowhere' of images, neither as it stands nor in the data folders.",
            Assert.Throws<UserException>(() => new ImageSource { Path = "nowhere" }.Load(Store())).Message);
        Assert.Equal($"'{_folder.Path}' holds no images: expected <class>/<name>.jpg or .png, with train/ and test/ above or without, "
            + "or MNIST's train-images-idx3-ubyte and so on, or a table of pixels.", Mistake());
    }

    [SkippableFact]
    public void SharedSetsAreRead()
    {
        var mnist = Path.GetDirectoryName(SharedFolder.Require("data/mnist-10k/train-images-idx3-ubyte.gz"))!;
        var data = new ImageSource { Path = mnist }.Load(Store());
        Assert.Equal((7200, 800, 2000, 10), (data.Train.Count, data.Validation.Count, data.Test.Count, data.Classes.Length));
        var digits = new ImageSource { Path = Path.GetDirectoryName(SharedFolder.Require("data/digits/digits.csv.gz"))! }.Load(Store());
        Assert.Equal((1797, 10), (digits.Train.Count + digits.Validation.Count + digits.Test.Count, digits.Classes.Length));
        using var image = digits.Train.Read(0);
        Assert.Equal([1, 8, 8], image.Shape);
    }

    private void Write(string name, int level)
    {
        var path = _folder[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var scope = new TensorScope();
        var image = Functional.Full([1, 4, 4], level, DType.UInt8);
        File.WriteAllBytes(path, name.EndsWith("jpg", StringComparison.Ordinal) ? ImageFile.EncodeJpeg(image) : ImageFile.EncodePng(image));
    }

    private void WriteIdx(string part, byte[][] images, byte[] labels, bool compress)
    {
        Put($"{part}-images-idx3-ubyte", [.. Idx(images.Length, 2, images[0].Length / 2), .. images.SelectMany(image => image)], compress);
        Put($"{part}-labels-idx1-ubyte", [.. Idx(labels.Length), .. labels], compress);
    }

    private void Put(string name, byte[] bytes, bool compress)
    {
        using var file = File.Create(_folder[compress ? name + ".gz" : name]);
        using Stream stream = compress ? new GZipStream(file, CompressionLevel.Fastest) : file;
        stream.Write(bytes);
    }

    private static byte[] Idx(params int[] sizes)
    {
        var bytes = new byte[4 + 4 * sizes.Length];
        (bytes[2], bytes[3]) = (8, (byte)sizes.Length);
        foreach (var (i, size) in sizes.Index())
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), size);
        return bytes;
    }

    private string[] Names(ImageSet set) => [.. Enumerable.Range(0, set.Count).Select(i => Path.GetRelativePath(_folder.Path, set.Name(i)))];

    private string Mistake() => Assert.Throws<UserException>(() => Load()).Message;

    private ImageData Load(double validationShare = 0.1, long seed = 0) =>
        new ImageSource { Path = _folder.Path, ValidationShare = validationShare, SplitSeed = seed }.Load(Store());

    private DataStore Store() => new([], _folder["downloads"]);
}
