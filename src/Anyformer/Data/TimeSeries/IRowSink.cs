namespace Anyformer.Data.TimeSeries;

/// <summary>Where the rows of a table are put: in memory or in a file.</summary>
internal interface IRowSink
{
    /// <summary>Rows so far.</summary>
    int Count { get; }

    /// <summary>Rows that it has room for.</summary>
    int Capacity { get; }

    /// <summary>Adds a row.</summary>
    void Append(DateTime time, ReadOnlySpan<double> numbers);

    /// <summary>Replaces a number of an earlier row.</summary>
    void Set(int row, int column, double number);

    /// <summary>The time of an earlier row.</summary>
    DateTime TimeAt(int row);
}
