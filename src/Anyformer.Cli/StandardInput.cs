namespace Anyformer.Cli;

/// <summary>What comes in by standard input.</summary>
internal static class StandardInput
{
    /// <summary>Its lines.</summary>
    /// <param name="what">What they are, for the message when nothing comes.</param>
    /// <exception cref="UserException">Standard input is a terminal, or empty.</exception>
    public static IReadOnlyList<string> Lines(string what)
    {
        if (!Console.IsInputRedirected)
            throw new UserException($"There are no {what}: name some, or give them as lines of standard input.");
        var lines = new List<string>();
        while (Console.In.ReadLine() is { } line)
            lines.Add(line);
        return lines.Count > 0 ? lines : throw new UserException($"There are no {what}: standard input is empty.");
    }
}
