using System.Collections.Immutable;

namespace Anyformer.Data.TimeSeries;

/// <summary>A series whose rows stay in a file.</summary>
internal sealed class StreamedSeries(
    RecordFile records, ImmutableArray<string> variates, ImmutableArray<string> known, TimeStep? step, TableSegment place) : SeriesRows
{
    /// <inheritdoc/>
    public override string? Id => place.Id;

    /// <inheritdoc/>
    public override ImmutableArray<string> Variates => variates;

    /// <inheritdoc/>
    public override ImmutableArray<string> KnownNames => known;

    /// <inheritdoc/>
    public override int RowCount => place.History - place.Start;

    /// <inheritdoc/>
    public override int FutureCount => place.End - place.History;

    /// <inheritdoc/>
    public override bool HasMissing => place.HasMissing;

    /// <inheritdoc/>
    public override TimeStep? Step => step;

    /// <inheritdoc/>
    public override void CopyTimes(int row, Span<DateTime> times) => records.CopyTimes(place.Start + row, times);

    /// <inheritdoc/>
    public override void CopyValues(int row, Span<double> values) => records.CopyColumns(place.Start + row, 0, variates.Length, values);

    /// <inheritdoc/>
    public override void CopyKnown(int row, Span<double> values) =>
        records.CopyColumns(place.Start + row, variates.Length, known.Length, values);
}
