namespace Anyformer.Data.TimeSeries;

/// <summary>
/// The rows that training, validation and test windows may touch. Validation and test begin one look-back early, so that the first
/// target is the first row of the part itself. A part that has no window is empty.
/// </summary>
/// <param name="Train">Rows to fit scaler and model on.</param>
/// <param name="Validation">Rows for early stopping and choosing options.</param>
/// <param name="Test">Rows for the final figures.</param>
public sealed record SplitBorders(RowRange Train, RowRange Validation, RowRange Test);
