using Anyformer.Comparison;

namespace Anyformer.Cli.Reports;

/// <summary>What classifiers take for what: a table of counts for each, and its worst mistakes as pictures or texts.</summary>
internal static class ConfusionSections
{
    private const int MostClasses = 40;

    /// <summary>The sections; nothing for a comparison of no classifiers.</summary>
    public static Html Of(IReadOnlyList<Confusion> confusions) => confusions.Count == 0 ? default : Html.Of($"""
        {ReportSections.Section("What is taken for what", "Test samples of a class (rows) that were said to be of another (columns), of the best seed of each model. Right answers are on the diagonal.",
            Html.Of($"{confusions.Select(Table)}"))}
        {ReportSections.Section("Worst mistakes", "Wrong answers that were the surest, with the probability that was given to them.", Html.Of($"{confusions.Select(Mistakes)}"))}
        """);

    private static Html Table(Confusion confusion)
    {
        if (confusion.Classes.Count > MostClasses)
            return Html.Of($"<h3>{confusion.Model}</h3><p>{confusion.Classes.Count} classes are too many for a table; the figures are in result.json.</p>");
        var rows = confusion.Counts.Select((counts, truth) => Html.Of($"""
            <tr><th scope="row" class="name">{confusion.Classes[truth]}</th>{counts.Select((count, said) => Cell(count, counts.Sum(), truth == said))}</tr>
            """));
        return Html.Of($"""
            <h3>{confusion.Model}</h3>
            <div class="scroll" role="region" aria-label="Confusion of {confusion.Model}" tabindex="0">
            <table class="confusion"><thead><tr><th scope="col" class="name">class</th>{confusion.Classes.Select(name => Html.Of($"""<th scope="col">{name}</th>"""))}</tr></thead>
            <tbody>{rows}</tbody></table></div>
            """);
    }

    /// <summary>The darker, the larger its share of the class.</summary>
    private static Html Cell(long count, long all, bool right)
    {
        var percent = all == 0 ? 0 : (int)Math.Round(100.0 * count / all);
        var color = right ? "46, 125, 50" : "198, 40, 40";
        return Html.Of($"""<td style="background: rgba({color}, {Math.Sqrt(percent / 100.0) * 0.7})">{Figures.Whole(count)}</td>""");
    }

    private static Html Mistakes(Confusion confusion) => Html.Of($"""
        <h3>{confusion.Model}</h3>
        <div class="mistakes">{confusion.Mistakes.Select(Mistake)}</div>
        """);

    private static Html Mistake(Mistake mistake) => Html.Of($"""
        <figure title="{mistake.Name}">{(mistake.Picture is { } picture ? Html.Of($"""<img src="{picture}" alt="{mistake.Name}">""") : Html.Of($"<p>{mistake.Name}</p>"))}
        <figcaption>{mistake.Said}, {Figures.Share(mistake.Probability)}<br>is {mistake.Truth}</figcaption></figure>
        """);
}
