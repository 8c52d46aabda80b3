using System.Text;
using Spectre.Console;

namespace Anyformer.Cli.Tests.Reports;

/// <summary>A console that writes into a string: a terminal of a given width, or a file.</summary>
internal sealed class Terminal(TextWriter writer, bool isTerminal, int width) : IAnsiConsoleOutput
{
    public TextWriter Writer => writer;

    public bool IsTerminal => isTerminal;

    public int Width => width;

    public int Height => 40;

    public static IAnsiConsole Create(TextWriter writer, bool isTerminal, int width, bool ansi = false)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = ansi ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = ansi ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Out = new Terminal(writer, isTerminal, width),
        });
        console.Profile.Capabilities.Unicode = true;
        return console;
    }

    public void SetEncoding(Encoding encoding) { }
}
