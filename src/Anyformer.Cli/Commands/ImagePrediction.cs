using System.Globalization;
using System.Text.Json;
using Anyformer.Data.Images.Files;
using Anyformer.Modules;
using Anyformer.Tasks;
using Anyformer.Tasks.Images;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer predict</c> with a classifier of images: the likeliest classes of each image.</summary>
internal static class ImagePrediction
{
    /// <summary>Prints a line for each image; one that cannot be decoded is named, and makes the exit code 2.</summary>
    /// <param name="run">The folder of the run.</param>
    /// <param name="images">JPEG or PNG files.</param>
    /// <param name="count">How many classes of each.</param>
    /// <param name="device">Where the model runs.</param>
    /// <param name="precision">What its products are computed in.</param>
    /// <param name="json">Whether lines are JSON objects.</param>
    public static int Run(string run, IReadOnlyList<string> images, int count, string device, FrozenPrecision precision, bool json)
    {
        var classifier = TrainedImageClassifier.Open(run, Devices.Parse(device), precision);
        var broken = 0;
        foreach (var image in images)
            try
            {
                Write(image, classifier.Predict(image, count), json);
            }
            catch (BrokenImageException problem)
            {
                broken++;
                Terminal.Error.MarkupLineInterpolated($"[red]{problem.Message}[/]");
            }

        return broken == 0 ? 0 : 2;
    }

    private static void Write(string image, IReadOnlyList<(string Class, double Probability)> classes, bool json)
    {
        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(new { image, classes = classes.Select(item => new { name = item.Class, probability = item.Probability }) }));
        else
            Console.Out.WriteLine($"{image}: {string.Join(", ", classes.Select(item => string.Create(CultureInfo.InvariantCulture, $"{item.Class} {100 * item.Probability:0.0} %")))}");
    }
}
