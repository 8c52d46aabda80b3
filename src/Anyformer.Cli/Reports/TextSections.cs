using Anyformer.Comparison.Texts;

namespace Anyformer.Cli.Reports;

/// <summary>What models wrote, side by side for each prompt.</summary>
internal static class TextSections
{
    /// <summary>The section; nothing where nothing was written.</summary>
    public static Html Of(IReadOnlyList<TextSample> samples) => samples.Count == 0 ? default : ReportSections.Section(
        "What they write",
        "Of the best weights of each model's first seed.",
        Html.Of($"{samples.GroupBy(sample => (sample.Prompt, sample.Reference)).Select(prompt => Table(prompt.Key.Prompt, prompt.Key.Reference, prompt))}"));

    private static Html Table(string prompt, string? reference, IEnumerable<TextSample> samples)
    {
        var given = reference is null ? default : Row("reference", reference);
        return Html.Of($"""
            <h3>{prompt}</h3>
            <div class="scroll" role="region" aria-label="What models write" tabindex="0">
            <table class="texts"><thead><tr><th scope="col" class="name">model</th><th scope="col" class="name">text</th></tr></thead>
            <tbody>{given}{samples.Select(sample => Row(sample.Model, sample.Text))}</tbody></table></div>
            """);
    }

    private static Html Row(string name, string text) => Html.Of($"""<tr><th scope="row" class="name">{name}</th><td class="name" style="white-space: pre-wrap">{text}</td></tr>""");
}
