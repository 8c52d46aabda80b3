using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Anyformer.Data.TimeSeries;
using Anyformer.Modules;

namespace Anyformer.Cli;

/// <summary>Options that several commands take.</summary>
public static class SharedOptions
{
    /// <summary>Shows where a failure came from.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "show where a failure came from", Recursive = true };

    /// <summary>Folders to look for data sets in.</summary>
    public static Option<string[]> DataDirs { get; } = new("--data-dir")
    {
        Description = "look for data sets in this folder too, before those of ANYFORMER_DATA and of this installation; may be given again",
        HelpName = "folder",
        Recursive = true,
    };

    /// <summary>Values set over a recipe.</summary>
    public static Option<string[]> Set() => new("--set")
    {
        Description = "set a key of the recipe, as training.learning-rate=1e-3 or model.options.width=64; may be given again",
        HelpName = "key=value",
    };

    /// <summary>Results as JSON on standard output.</summary>
    public static Option<bool> Json() => new("--json") { Description = "write the result as JSON to standard output" };

    /// <summary>Threads of tensor operations.</summary>
    public static Option<int?> Threads() => new("--threads")
    {
        Description = "threads of tensor operations; one a physical core when left out",
        HelpName = "n",
        CustomParser = result => ReadCount(result, "--threads"),
    };

    /// <summary>Where a model runs.</summary>
    public static Option<string> Device() => new("--device")
    {
        Description = "where the model runs: cpu, cuda or cuda:<number>",
        HelpName = "device",
        DefaultValueFactory = _ => "cpu",
    };

    /// <summary>What the products of a frozen model are computed in.</summary>
    public static Option<FrozenPrecision> Precision() => new("--precision")
    {
        Description = "what products of linear maps are computed in, from the exact to the fast",
        HelpName = "float32|bfloat16|int8",
        CustomParser = ReadPrecision,
    };

    /// <summary>An option that counts something, from 1.</summary>
    public static Option<int> Count(string name, string description, int usual) => new(name)
    {
        Description = description,
        HelpName = "n",
        DefaultValueFactory = _ => usual,
        CustomParser = result => ReadCount(result, name),
    };

    /// <summary>An option that counts several things, each from 1, separated by commas.</summary>
    public static Option<int[]> Counts(string name, string description, int usual) => new(name)
    {
        Description = description,
        HelpName = "n[,n]",
        DefaultValueFactory = _ => [usual],
        CustomParser = result => ReadCounts(result, name),
    };

    /// <summary>What stands in for missing values.</summary>
    public static Option<FillPolicy?> Fill() => new("--fill")
    {
        Description = "repair gaps, duplicates and unordered rows, and fill missing values so, or mask them",
        HelpName = "forward|linear|zero|mask",
        CustomParser = ReadFill,
    };

    private static int ReadCount(ArgumentResult result, string name)
    {
        var text = result.Tokens[0].Value;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < 1)
            result.AddError($"{name} must be a whole number of at least 1, found '{text}'.");
        return count;
    }

    private static int[] ReadCounts(ArgumentResult result, string name)
    {
        var text = result.Tokens[0].Value;
        var counts = text.Split(',').Select(item => int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0).ToArray();
        if (counts.Any(count => count < 1) || counts.Distinct().Count() < counts.Length)
            result.AddError($"{name} must be whole numbers of at least 1, each once, separated by commas, found '{text}'.");
        return counts;
    }

    private static FrozenPrecision ReadPrecision(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Enum.GetNames<FrozenPrecision>().Contains(text, StringComparer.OrdinalIgnoreCase))
            return Enum.Parse<FrozenPrecision>(text, ignoreCase: true);
        result.AddError($"--precision must be float32, bfloat16 or int8, found '{text}'.");
        return default;
    }

    private static FillPolicy? ReadFill(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Enum.TryParse<FillPolicy>(text, ignoreCase: true, out var policy) && policy != FillPolicy.None && Enum.IsDefined(policy))
            return policy;
        result.AddError($"--fill must be forward, linear, zero or mask, found '{text}'.");
        return null;
    }
}
