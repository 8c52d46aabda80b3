using System.Globalization;
using Anyformer.Benchmarks;
using Anyformer.Torch;

// step <work> [--threads n] [--seconds s]   one side of a pair: the C# one
// pair <work> [--rounds n]                  both sides in turn, A B A B, and their ratio
// memory [--steps n]                        resident memory after 500 and after n training steps
string Option(string name, string otherwise) => Array.IndexOf(args, name) is var at and >= 0 ? args[at + 1] : otherwise;

if (args is ["memory", ..])
    return MemoryRun.Run(int.Parse(Option("--steps", "10000"), CultureInfo.InvariantCulture));

if (args is not ["step" or "pair", var work, ..])
{
    Console.Error.WriteLine($"usage: memory | step|pair {string.Join("|", Works.Names)} [--threads n] [--seconds s] [--rounds n]");
    return 2;
}

if (args[0] == "pair")
    return PairedRun.Run(work, int.Parse(Option("--rounds", "5"), CultureInfo.InvariantCulture));

TorchRuntime.Threads = int.Parse(Option("--threads", "2"), CultureInfo.InvariantCulture);
var rate = Works.Rate(work, double.Parse(Option("--seconds", "5"), CultureInfo.InvariantCulture));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $$"""{"rate": {{rate}}, "threads": {{TorchRuntime.Threads}}, "version": "{{TorchRuntime.Version}}"}"""));
return 0;
