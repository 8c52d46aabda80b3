using System.Globalization;
using Anyformer.Comparison;

namespace Anyformer.Cli.Reports;

/// <summary>The parts that reports are put together from.</summary>
internal static class ReportSections
{
    /// <summary>The headline, the sentence that answers it, and the frame of the experiment.</summary>
    public static Html Header(Experiment experiment, string kind, string verdict) => Html.Of($"""
        <header>
        <p class="kind">Anyformer {kind}</p>
        <h1>{experiment.Title}</h1>
        <p class="verdict">{verdict}</p>
        {Facts("strip", Frame(experiment))}
        </header>
        """);

    /// <summary>A titled part of the page.</summary>
    public static Html Section(string title, string lead, Html content) => Html.Of($"""
        <section>
        <h2>{title}</h2>
        <p class="lead">{lead}</p>
        {content}
        </section>
        """);

    /// <summary>A chart, drawn by the page's script into a place of its own, below its controls.</summary>
    public static Html Chart(string kind, string label, Html controls = default) => Html.Of($"""
        <figure>
        <div class="controls">{controls}</div>
        <div class="chart" data-chart="{kind}" role="img" aria-label="{label}"></div>
        <noscript><p>The chart needs JavaScript; the figures are in the tables.</p></noscript>
        </figure>
        """);

    /// <summary>The learning curves, by step or by time; nothing when there are none.</summary>
    public static Html LearningCurves(IEnumerable<ModelResult> models)
    {
        if (models.All(model => model.Seeds.All(seed => seed.Curve.Count == 0)))
            return default;
        return Section(
            "Learning curves",
            "One line for each seed.",
            Chart("curves", "Loss against training, a line for each model and seed", Html.Of($"""
                {Choice("curve-loss", "Loss", ("validation", "validation"), ("train", "training"))}
                {Choice("curve-x", "against", ("step", "steps"), ("seconds", "seconds"))}
                {Choice("curve-scale", "on a", ("value", "linear scale"), ("log", "logarithmic scale"))}
                """)));
    }

    /// <summary>The forecasts beside the truth; nothing when there are none.</summary>
    public static Html Forecasts(IReadOnlyList<ForecastSample> samples) => Forecasts(
        samples,
        "Forecasts against the truth",
        "On the original scale: the history that the models saw in grey, what came as the thick line, what they forecast in colour, with the prediction intervals shaded.");

    /// <summary>A chart of forecasts, a variate at a time; nothing when there are none.</summary>
    public static Html Forecasts(IReadOnlyList<ForecastSample> samples, string title, string lead)
    {
        if (samples.Count == 0)
            return default;
        var options = samples.Select((sample, index) => Html.Of(
            $"""<option value="{index}">{sample.Variate}{From(sample)}</option>"""));
        return Section(
            title,
            lead,
            Chart("forecast", "History, truth and forecasts of one variate", Html.Of($"""
                <label>Variate <select id="forecast-sample">{options}</select></label>
                """)));
    }

    /// <summary>Everything needed to run it again: command, recipe, data, machine.</summary>
    public static Html Reproduction(Experiment experiment, string? recipe = null)
    {
        var recipeText = recipe is null ? default : Html.Of($"<h3>Recipe</h3><pre><code>{recipe}</code></pre>");
        return Section("Reproduction", "", Html.Of($"""
            <h3>Command</h3>
            <pre><code>{experiment.Command}</code></pre>
            {recipeText}
            <div class="columns">
            <div><h3>Data</h3>{Facts("list", DataFacts(experiment.Data))}</div>
            <div><h3>Machine</h3>{Facts("list", experiment.Machine)}</div>
            </div>
            """));
    }

    private static Html Choice(string name, string legend, params (string Value, string Label)[] options) => Html.Of($"""
        <fieldset><legend>{legend}</legend>{options.Select((option, index) => Html.Of($"""
            <label><input type="radio" name="{name}" value="{option.Value}"{(index == 0 ? " checked" : "")}> {option.Label}</label>
            """))}</fieldset>
        """);

    /// <summary>Labelled facts, as a strip or as a list.</summary>
    public static Html Facts(string style, IEnumerable<Fact> facts) => Html.Of($"""
        <dl class="{style}">{facts.Select(fact => Html.Of($"<div><dt>{fact.Label}</dt><dd>{fact.Value}</dd></div>"))}</dl>
        """);

    private static IEnumerable<Fact> Frame(Experiment experiment)
    {
        var data = experiment.Data;
        yield return new("Data", $"{Path.GetFileName(data.Source)}, {Figures.Whole(data.Rows)} rows");
        if (data is { LookBack: not null, Horizon: not null })
            yield return new("Task", $"{data.LookBack} steps in, {data.Horizon} ahead");
        if (data is { Tokens: { } tokens })
            yield return new("Task", $"sequences of {Figures.Whole(tokens)} tokens");
        yield return new("Budget", experiment.Budget);
        yield return new("Seeds", string.Join(", ", experiment.Seeds));
        yield return new("Started", experiment.StartedAt.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture));
        yield return new("Took", Figures.Duration(experiment.DurationSeconds));
    }

    private static IEnumerable<Fact> DataFacts(DataDescription data)
    {
        yield return new("Source", data.Source);
        yield return new("Rows", $"{Figures.Whole(data.Rows)}: " +
            string.Join(", ", data.Splits.Select(split => $"{split.Name} {Figures.Whole(split.Rows)}")));
        if (data.Variates is { } variates)
            yield return new("Variates", Figures.Whole(variates));
        if (data.Frequency is { } frequency)
            yield return new("Frequency", frequency);
        if (data.MajorityShare is { } share)
            yield return new("Always the most frequent class", Figures.Share(share));
        if (data.LookBack is { } lookBack)
            yield return new("Look-back", $"{Figures.Whole(lookBack)} steps");
        if (data.Horizon is { } horizon)
            yield return new("Horizon", $"{Figures.Whole(horizon)} steps");
    }

    private static string From(ForecastSample sample) =>
        sample.TruthTimes.Count == 0 ? "" : $", from {sample.TruthTimes[0].Replace('T', ' ')}";
}
