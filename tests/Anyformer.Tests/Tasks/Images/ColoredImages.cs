using Anyformer.Data.Images.Files;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks.Images;

/// <summary>A folder of small images whose class is their colour.</summary>
internal static class ColoredImages
{
    private static readonly (string Name, int Red, int Green, int Blue)[] s_colors = [("green", 40, 200, 60), ("red", 210, 50, 40), ("yellow", 220, 210, 50)];

    /// <summary>Writes images of each colour with noise.</summary>
    internal static void Write(string folder, int ofEach)
    {
        var random = new Random(1);
        foreach (var (name, red, green, blue) in s_colors)
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            for (var i = 0; i < ofEach; i++)
            {
                byte[] pixels = [.. new[] { red, green, blue }.SelectMany(level => Enumerable.Range(0, 144).Select(_ => (byte)(level + random.Next(-30, 30))))];
                using var scope = new TensorScope();
                File.WriteAllBytes(Path.Combine(folder, name, $"{i}.png"), ImageFile.EncodePng(Tensor.From(pixels, 3, 12, 12)));
            }
        }
    }
}
