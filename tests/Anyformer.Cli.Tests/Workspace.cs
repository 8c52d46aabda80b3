using System.Globalization;
using Anyformer.Comparison;

namespace Anyformer.Cli.Tests;

/// <summary>A fresh folder to run command lines in, with small series and a small recipe at hand.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("anyformer-cli-");

    /// <summary>The folder.</summary>
    public string Folder => _folder.FullName;

    /// <summary>The path of a file in it.</summary>
    public string this[string name] => Path.Combine(Folder, name);

    /// <summary>Runs a command line to its end.</summary>
    public CliResult Run(params string[] arguments)
    {
        using var process = Start(arguments);
        return process.Wait();
    }

    /// <summary>Starts a command line.</summary>
    public CliProcess Start(params string[] arguments) => CliProcess.Start(Folder, arguments);

    /// <summary>Copies the program, without its native library, to the folder <c>program</c>.</summary>
    public void CopyProgram()
    {
        Directory.CreateDirectory(this["program"]);
        foreach (var file in Directory.EnumerateFiles(CliProcess.ProgramFolder).Where(file => !file.EndsWith(".so", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(this["program"], Path.GetFileName(file)));
    }

    /// <summary>Writes a text file.</summary>
    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
    }

    /// <summary>Reads a text file.</summary>
    public string Read(string name) => File.ReadAllText(this[name]);

    /// <summary>The errors of a run's only model and seed.</summary>
    public IReadOnlyDictionary<string, double> Errors(string run) => Result(run).Models.Single().Seeds.Single().Errors;

    /// <summary>The result of a run.</summary>
    public ComparisonResult Result(string run) => ComparisonJson.Read(Read($"{run}/result.json"), run);

    /// <summary>Writes a table of hourly waves, a column for each name; <paramref name="cell"/> may put something else in a cell.</summary>
    public void WriteSeries(string name, string[] columns, int rows = 240, Func<int, string, string?>? cell = null)
    {
        string Cell(int row, string column) => cell?.Invoke(row, column) ?? Wave(row, column);
        var lines = Enumerable.Range(0, rows).Select(row => string.Join(',', columns.Select(column => Cell(row, column)).Prepend(Time(row))));
        Write(name, $"date,{string.Join(',', columns)}\n{string.Join('\n', lines)}\n");
    }

    /// <summary>Writes a recipe named after its file, of a small iTransformer with dropout on <c>series.csv</c>.</summary>
    public void WriteRecipe(string name, params string[] trainingLines) => Write($"{name}.yaml", $$"""
        task: forecast
        model:
          id: itransformer
          options: { width: 8, heads: 2, layers: 1, feed-forward-width: 8 }
        data: { source: series.csv, lookback: 24, horizon: 6, label-length: 12 }
        training:
          threads: 1
          learning-rate: 0.001
          {{string.Join("\n  ", trainingLines)}}
        """);

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Time(int row) => new DateTime(2024, 1, 1).AddHours(row).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>The value depends on the column's name alone, wherever in a table it stands.</summary>
    private static string Wave(int row, string column)
    {
        var phase = column.Sum(letter => letter);
        var value = Math.Sin((2 * Math.PI * row / 24) + phase) + (0.1 * Math.Sin(row * row + phase));
        return value.ToString("0.0000", CultureInfo.InvariantCulture);
    }
}
