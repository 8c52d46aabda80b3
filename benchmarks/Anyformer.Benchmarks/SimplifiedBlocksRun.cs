using System.Diagnostics;
using System.Globalization;
using Anyformer.Models.Language;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Benchmarks;

/// <summary>Sizes that the blocks of <see cref="SimplifiedBlocksRun"/> have in common.</summary>
/// <param name="Width">Width of a token, a multiple of 64.</param>
/// <param name="Layers">Blocks.</param>
/// <param name="Tokens">Tokens of a text.</param>
/// <param name="Batch">Texts of a batch.</param>
internal sealed record BlockSizes(int Width, int Layers, int Tokens, int Batch);

/// <summary>
/// Training of the simplified blocks SAS and SAS-P (arXiv 2311.01906) beside the pre-norm block of the same width and depth: in one process and in turn, so that
/// all see the same machine.
/// </summary>
internal static class SimplifiedBlocksRun
{
    private const int Vocabulary = 256, HeadWidth = 64;

    /// <summary>The first is what the others are compared with.</summary>
    private static readonly string[] s_presets = ["pre-ln", "sas", "sas-p"];

    internal static int Run(BlockSizes sizes, int rounds, double seconds)
    {
        var sides = Array.ConvertAll(s_presets, preset => new Side(preset, sizes));
        foreach (var side in sides)
            side.Step();
        var rates = Enumerable.Range(0, rounds).Select(_ => Array.ConvertAll(sides, side => side.TokensPerSecond(seconds))).ToArray();
        Console.WriteLine($"{sizes.Layers} blocks of width {sizes.Width}, batches of {sizes.Batch} x {sizes.Tokens} tokens, {rounds} rounds in turn, {TorchRuntime.Threads} threads");
        for (var side = 0; side < sides.Length; side++)
        {
            var ratios = rates.Select(round => round[side] / round[0]).Order().ToArray();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{sides[side].Preset}: {sides[side].Parameters:#,0} parameters ({(double)sides[side].Parameters / sides[0].Parameters:0.000}), "
                + $"{Median(rates.Select(round => round[side])):#,0} tokens/s, over {s_presets[0]} {Median(ratios):0.000} ({ratios[0]:0.000} to {ratios[^1]:0.000})"));
        }

        return 0;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>One kind of block in training.</summary>
    private sealed class Side
    {
        private readonly SimplifiedTransformer _model;
        private readonly Adam _optimizer;
        private readonly Tensor _tokens;

        internal Side(string preset, BlockSizes sizes)
        {
            TorchRuntime.ManualSeed(1);
            Preset = preset;
            _model = new SimplifiedTransformer(new LanguageShape(Vocabulary, sizes.Tokens), SimplifiedOptions.Presets[preset] with
            {
                Width = sizes.Width,
                Layers = sizes.Layers,
                Heads = sizes.Width / HeadWidth,
                FeedForwardWidth = 4 * sizes.Width,
            });
            Parameters = _model.ParameterCount();
            _optimizer = new Adam(_model.Parameters(), new AdamOptions { LearningRate = 1e-4 });
            _tokens = Functional.RandInt(Vocabulary, [sizes.Batch, sizes.Tokens + 1], DType.Int64);
        }

        internal string Preset { get; }

        internal long Parameters { get; }

        internal void Step()
        {
            using var scope = new TensorScope();
            var tokens = _tokens.Size(1) - 1;
            _optimizer.ZeroGrad();
            var loss = _model.Call(_tokens.Narrow(1, 0, tokens)).Flatten(0, 1).CrossEntropyLoss(_tokens.Narrow(1, 1, tokens).Flatten());
            loss.Backward();
            _optimizer.Step();
            loss.Item<double>();
        }

        internal double TokensPerSecond(double seconds)
        {
            var clock = Stopwatch.StartNew();
            var steps = 0;
            for (; steps == 0 || clock.Elapsed.TotalSeconds < seconds; steps++)
                Step();
            return steps * _tokens.Size(0) * (_tokens.Size(1) - 1) / clock.Elapsed.TotalSeconds;
        }
    }
}
