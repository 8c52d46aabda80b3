using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>Several trained forecasters as one: its forecast is the mean of theirs.</summary>
public sealed class EnsembleForecaster : Forecaster
{
    /// <summary>The mean of the forecasts of models of one shape.</summary>
    public EnsembleForecaster(IReadOnlyList<Forecaster> members) => Members = ModuleList<Forecaster>.Of(members.Count, i => members[i]);

    /// <inheritdoc/>
    public override bool TakesAnyVariates => Members.All(member => member.TakesAnyVariates);

    /// <inheritdoc/>
    public override bool ReadsFutureMarks => Members.Any(member => member.ReadsFutureMarks);

    private ModuleList<Forecaster> Members { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(ForecastInput input) => Functional.Stack([.. Members.Select(member => member.Call(input))]).Mean([0]);
}
