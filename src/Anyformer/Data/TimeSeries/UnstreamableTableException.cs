namespace Anyformer.Data.TimeSeries;

/// <summary>A table that can only be read into memory: its rows are out of order, or there is no place for them on the disk.</summary>
public sealed class UnstreamableTableException : UserException
{
    internal UnstreamableTableException(string message) : base(message) { }

    internal UnstreamableTableException(string message, Exception inner) : base(message, inner) { }
}
