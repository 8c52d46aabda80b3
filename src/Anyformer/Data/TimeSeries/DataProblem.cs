namespace Anyformer.Data.TimeSeries;

/// <summary>What can be wrong with a table of a time series.</summary>
public enum DataProblemKind
{
    /// <summary>A row has more or fewer fields than the header. Repaired by taking its values as missing.</summary>
    RaggedRow,
    /// <summary>The date column holds something that is no date. Repaired by dropping the row.</summary>
    NotADate,
    /// <summary>A number column holds something that is no finite number. Repaired by taking it as missing.</summary>
    NotANumber,
    /// <summary>An empty field, or one that says NaN, NA, N/A, null or none. Repaired by filling it.</summary>
    MissingValue,
    /// <summary>The id column holds nothing. Repaired by dropping the row.</summary>
    MissingId,
    /// <summary>A time before that of the row above, of the same series. Repaired by sorting.</summary>
    OutOfOrder,
    /// <summary>A time that an earlier row of the same series has too, with other values. Repaired by keeping the last such row.</summary>
    DuplicateTime,
    /// <summary>The same time and the same values as an earlier row of the same series. A warning; repaired by dropping it.</summary>
    DuplicateRow,
    /// <summary>Whole steps left out. A warning; repaired by inserting and filling the rows.</summary>
    Gap,
    /// <summary>A distance to the row above that is no whole number of steps. A warning; there is no repair.</summary>
    IrregularStep,
}

/// <summary>One thing wrong with a table, and where.</summary>
/// <param name="Line">Line of the file, from 1; the header is a line.</param>
/// <param name="Column">Column of the file, from 1.</param>
/// <param name="Kind">What is wrong.</param>
/// <param name="Message">What was found, in words.</param>
public sealed record DataProblem(int Line, int Column, DataProblemKind Kind, string Message)
{
    /// <summary>Place and message: "line 7, column 3: ...".</summary>
    public override string ToString() => FormattableString.Invariant($"line {Line}, column {Column}: {Message}");
}
