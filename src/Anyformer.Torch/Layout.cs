namespace Anyformer.Torch;

/// <summary>How a tensor keeps its elements; the values are libtorch's own.</summary>
public enum Layout
{
    /// <summary>Dense, with strides.</summary>
    Strided = 0,
    /// <summary>Coordinates and values.</summary>
    Sparse = 1,
}

/// <summary>The order of dimensions in memory; the values are libtorch's own.</summary>
public enum MemoryFormat
{
    /// <summary>Row-major.</summary>
    Contiguous = 0,
    /// <summary>As the argument has it.</summary>
    Preserve = 1,
    /// <summary>Channels innermost, for (batch, channels, height, width).</summary>
    ChannelsLast = 2,
    /// <summary>Channels innermost, for (batch, channels, depth, height, width).</summary>
    ChannelsLast3d = 3,
}
