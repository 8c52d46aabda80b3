using Anyformer.Comparison;
using Anyformer.Data.Images.Files;
using Anyformer.Data.Images.Sets;
using Anyformer.Data.Images.Transforms;
using Anyformer.Torch;

namespace Anyformer.Tasks.Images;

/// <summary>Scores of images in the words and pictures of a report.</summary>
public static class ImageConfusion
{
    private const int LargestPicture = 96;

    /// <summary>What a model takes for what.</summary>
    /// <param name="model">What it is called.</param>
    /// <param name="scores">Its scores on <paramref name="set"/>.</param>
    /// <param name="set">The images.</param>
    public static Confusion Of(string model, ImageScores scores, ImageSet set) => new()
    {
        Model = model,
        Classes = [.. set.Classes],
        Counts = [.. Enumerable.Range(0, set.Classes.Length).Select(truth =>
            (IReadOnlyList<long>)[.. Enumerable.Range(0, set.Classes.Length).Select(said => scores.Confusion[truth, said])])],
        Mistakes = [.. scores.Mistakes.Select(mistake =>
            new Mistake(set.Name(mistake.Index), set.Classes[mistake.Truth], set.Classes[mistake.Said], mistake.Probability, Picture(set, mistake.Index)))],
    };

    /// <summary>A small PNG; nothing where images cannot be encoded.</summary>
    private static string? Picture(ImageSet set, int index)
    {
        if (ImageFile.Problem is not null)
            return null;
        using var scope = new TensorScope();
        var image = set.Read(index);
        var shorter = Math.Min(image.Size(1), image.Size(2));
        var small = shorter <= LargestPicture ? image : new ResizeShorterSide(LargestPicture, Interpolation.Bilinear).Apply(image, new ImageRandom(0, 0, 0));
        return $"data:image/png;base64,{Convert.ToBase64String(ImageFile.EncodePng(small))}";
    }
}
