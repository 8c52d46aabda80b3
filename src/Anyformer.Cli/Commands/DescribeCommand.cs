using System.CommandLine;
using Anyformer.Attention;
using Anyformer.Attention.Patterns;
using Anyformer.Catalog;
using Anyformer.Cli.Reports;
using Anyformer.Inspection;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Torch;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer describe</c>: one method: its formula, options, how to use it, and which token sees which.</summary>
public static class DescribeCommand
{
    private const int Width = 32, Heads = 4;

    private static readonly Argument<string> s_id = new("id") { Description = "the method, as the catalog names it, or a pattern as 'band(4, 4) | global(..1)'" };

    private static readonly Option<int?> s_tokens = new("--tokens")
    {
        Description = "show which token sees which, among so many",
        Validators = { result => { if (result.GetValue<int?>("--tokens") is < 1 or > 1024) result.AddError("--tokens takes a number from 1 to 1024."); } },
    };

    private static readonly Option<bool> s_causal = new("--causal") { Description = "under a causal mask" };

    private static readonly Option<string[]> s_set = SharedOptions.Set();

    private static readonly Option<string?> s_picture = new("--picture") { Description = "write who sees whom as an SVG picture too", HelpName = "file" };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("describe", "Show a method: paper, formula, options, how to use it in C# and in a recipe, and which token sees which.")
        {
            s_id, s_tokens, s_causal, s_set, s_picture,
        };
        command.SetAction(Run);
        return command;
    }

    private static void Run(ParseResult parsed)
    {
        var (id, tokens) = (parsed.GetValue(s_id)!, parsed.GetValue(s_tokens));
        if (tokens is null && parsed.GetResult(s_picture) is not null)
            throw new UserException("--picture needs --tokens, the number of tokens to show.");
        if (!MethodCatalog.Entries.Any(entry => entry.Id == id) && id.Contains('('))
        {
            var pattern = AttentionPattern.Parse(id);
            Terminal.Out.WriteLine($"{pattern}");
            Show(TokenMap.Of(parsed.GetValue(s_causal) ? pattern & AttentionPattern.Causal : pattern, tokens ?? 64, Heads), parsed, $"{pattern}");
            return;
        }

        var entry = MethodCatalog.Get(id);
        var map = tokens is { } count ? Reach(entry, count, parsed) : null;
        MethodSheet.Write(Terminal.Out, entry);
        if (map is not null)
            Show(map, parsed, entry.Name);
    }

    /// <summary>Measured: what depends on what in a small one with random weights.</summary>
    private static TokenMap Reach(CatalogEntry entry, int tokens, ParseResult parsed)
    {
        if (!entry.Roles.Contains(nameof(TokenMixer)))
            throw new UserException($"{entry.Id} mixes no tokens, so there is nothing to show with --tokens.");
        TorchRuntime.ManualSeed(0);
        var part = new Part<TokenMixer>(entry.Id, Options(entry, parsed.GetValue(s_set) ?? []));
        var mixer = part.Build(new TokenMixerShape(tokens, Width, Heads));
        mixer.Eval();
        return new TokenMap(TokenReach.Of(mixer, tokens, Width, parsed.GetValue(s_causal) ? AttentionMask.Causal : null));
    }

    private static object? Options(CatalogEntry entry, string[] set) => entry.OptionsType is { } type
        ? OptionBinder.BindOver(entry.DefaultOptions!, set.Aggregate(RecipeDocument.Parse("{}", "--set"), (all, one) => all.Set(one)).Root, entry.Id)
        : set.Length == 0 ? null : throw new UserException($"{entry.Id} has no options, found --set {set[0]}.");

    private static void Show(TokenMap map, ParseResult parsed, string title)
    {
        Terminal.Out.WriteLine();
        Terminal.Out.Write(new Text(map.Text()));
        Terminal.Out.WriteLine($"A row is a query, a column a key: {map.Summary}");
        if (parsed.GetValue(s_picture) is not { } path)
            return;
        AtomicFile.WriteText(path, map.Svg(title));
        Terminal.Out.WriteLine($"Picture: {path}");
    }
}
