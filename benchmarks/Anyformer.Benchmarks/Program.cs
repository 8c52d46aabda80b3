using System.Globalization;
using Anyformer;
using Anyformer.Benchmarks;
using Anyformer.Benchmarks.Pairs;
using Anyformer.Benchmarks.Works;
using Anyformer.Cli;
using Anyformer.Torch;
using BenchmarkDotNet.Running;

// step <work> [--threads n] [--seconds s]                            one side of a pair: ours
// pair <work> [--threads n] [--rounds n] [--seconds s]               all sides in turn, A B C A B C, and their ratios
// report <file> [--only work,work] [--threads n] [--rounds n] [--seconds s]   every pair, as a page
// kernels [--filter *]                                               BenchmarkDotNet
// blocks [--width n] [--layers n] [--tokens n] [--batch n] [--threads n] [--rounds n] [--seconds s]   SAS and SAS-P beside the pre-norm block, in turn
// precision <run> [--threads n]                                      a trained classifier of images, frozen in every precision: accuracy and speed
// memory [--steps n]                                                 resident memory after 500 and after n training steps
// attention-memory <attention|composition> <tokens> [--threads n]    peak resident memory that a forward and a backward pass add, as JSON
// attention-memory [--threads n]                                     the same for 512 to 32,768 tokens, as a table
string Option(string name, string otherwise) => Array.IndexOf(args, name) is var at and >= 0 ? args[at + 1] : otherwise;
int Whole(string name, int otherwise) => int.Parse(Option(name, $"{otherwise}"), CultureInfo.InvariantCulture);
double Real(string name, double otherwise) => double.Parse(Option(name, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

var run = new PairedRun(Whole("--threads", Processor.PhysicalCores), Whole("--rounds", 5), Real("--seconds", 5));
try
{
    switch (args)
    {
        case ["step", var work, ..] when WorkList.Has(work):
            Engine.Start(run.Threads);
            var rate = WorkList.Rate(work, run.Seconds);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $$"""{"rate": {{rate}}, "threads": {{run.Threads}}, "version": "libtorch {{TorchRuntime.Version}}"}"""));
            return 0;
        case ["pair", var name, ..] when PairList.All.FirstOrDefault(pair => pair.Name == name) is { } pair:
            foreach (var line in run.Measure(pair).Lines())
                Console.WriteLine(line);
            return 0;
        case ["report", var file, ..]:
            Report(file, Option("--only", ""));
            return 0;
        case ["kernels", .. var rest]:
            BenchmarkSwitcher.FromAssembly(typeof(PairList).Assembly).Run(rest.Length == 0 ? ["--filter", "*"] : rest);
            return 0;
        case ["blocks", ..]:
            TorchRuntime.Threads = run.Threads;
            var sizes = new BlockSizes(Whole("--width", 512), Whole("--layers", 6), Whole("--tokens", 128), Whole("--batch", 8));
            return SimplifiedBlocksRun.Run(sizes, run.Rounds, run.Seconds);
        case ["precision", var folder, ..]:
            TorchRuntime.Threads = run.Threads;
            return PrecisionRun.Run(folder);
        case ["memory", ..]:
            return MemoryRun.Run(Whole("--steps", 10_000));
        case ["attention-memory", var form, var tokens, ..] when MemoryGrowth.Has(form):
            TorchRuntime.Threads = run.Threads;
            Console.WriteLine(MemoryGrowth.Json(form, int.Parse(tokens, CultureInfo.InvariantCulture)));
            return 0;
        case ["attention-memory", ..]:
            foreach (var line in MemoryGrowth.Table(run.Threads, PassSeconds()))
                Console.WriteLine(line);
            return 0;
        default:
            Console.Error.WriteLine("usage: step <work> | pair <work> | report <file> | kernels | blocks | precision <run> | memory | attention-memory");
            Console.Error.WriteLine($"works: {string.Join(", ", WorkList.Names)}");
            Console.Error.WriteLine($"pairs: {string.Join(", ", PairList.All.Select(pair => pair.Name))}");
            return 2;
    }
}
catch (UserException mistake)
{
    Console.Error.WriteLine(mistake.Message);
    return 2;
}

// The longest that a single pass may take where growth is measured.
double PassSeconds() => 6 * run.Seconds;

void Report(string file, string only)
{
    var names = only.Split(',', StringSplitOptions.RemoveEmptyEntries);
    var results = new List<PairResult>();
    foreach (var pair in PairList.All.Where(pair => names.Length == 0 || names.Contains(pair.Name)))
    {
        results.Add(run.Measure(pair));
        foreach (var line in results[^1].Lines())
            Console.WriteLine($"{pair.Name}: {line}");
    }

    TorchRuntime.Threads = run.Threads;
    AtomicFile.WriteText(file, BenchmarksPage.Write(run, results, Growth.Table(run.Seconds / 10), MemoryGrowth.Table(run.Threads, PassSeconds())));
    Console.WriteLine($"Written: {file}");
}
