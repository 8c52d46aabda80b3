using System.CommandLine;
using System.Globalization;
using Anyformer.Cli;
using Anyformer.Modules;
using Anyformer.Tasks.Images;
using Anyformer.Torch;

namespace Anyformer.Benchmarks;

/// <summary>What narrower products cost and give: a trained classifier of images on its test images, frozen in every precision.</summary>
internal static class PrecisionRun
{
    /// <summary>Prints a line a precision.</summary>
    internal static int Run(string folder)
    {
        foreach (var precision in Enum.GetValues<FrozenPrecision>())
        {
            var trained = TrainedImageClassifier.Open(folder, Device.Cpu, precision);
            var test = trained.Recipe.Data.Load(DataFolders.Store(new RootCommand().Parse([]))).Test;
            var evaluator = new ImageEvaluator(test, trained.Recipe.Preprocessing, trained.Recipe.Evaluation.BatchSize, trained.Recipe.Loading, Device.Cpu);
            var scores = evaluator.Evaluate(trained.Model);
            var speed = evaluator.MeasureSpeed(trained.Model);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{precision}: {100 * scores.Accuracy:0.00} % right, cross-entropy {scores.CrossEntropy:0.0000}, {speed.Throughput:0.0} images/s, {speed.LatencyMilliseconds:0.00} ms an image"));
        }

        return 0;
    }
}
