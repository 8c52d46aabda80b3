using Anyformer.Modules;

namespace Anyformer.Attention.Windows;

/// <summary>Which input projections of the four attentions between two streams of tokens are the same.</summary>
public enum ProjectionSharing
{
    /// <summary>None.</summary>
    None,

    /// <summary>For queries of one stream, the keys and values of both streams have the same projections.</summary>
    KeysAndValues,

    /// <summary>There is one projection of queries, one of keys and one of values.</summary>
    All,
}

/// <summary>The projections of a stream that sees its own tokens and those of another stream.</summary>
internal sealed record StreamProjections(Linear Query, Linear OwnKey, Linear OwnValue, Linear OtherKey, Linear OtherValue, Linear Output)
{
    /// <summary>Projections of their own for one stream.</summary>
    /// <param name="width">Width of the stream's tokens, which its heads share.</param>
    /// <param name="otherWidth">Width of the other stream's tokens.</param>
    /// <param name="sharing">What is the same for both streams' tokens.</param>
    private static StreamProjections Of(long width, long otherWidth, ProjectionSharing sharing)
    {
        var (key, value) = (new Linear(width, width), new Linear(width, width));
        return sharing == ProjectionSharing.None
            ? new(new(width, width), key, value, new(otherWidth, width), new(otherWidth, width), new(width, width))
            : new(new(width, width), key, value, key, value, new(width, width));
    }

    /// <summary>The projections of a long and a global stream.</summary>
    /// <exception cref="UserException">Streams of different widths cannot share.</exception>
    internal static (StreamProjections Long, StreamProjections Global) Pair(
        long longWidth, long globalWidth, ProjectionSharing sharing, bool sharesOutput)
    {
        if (longWidth != globalWidth && (sharing != ProjectionSharing.None || sharesOutput))
            throw new UserException($"Only streams of one width can share projections, found widths {longWidth} and {globalWidth}.");
        var ofLong = Of(longWidth, globalWidth, sharing);
        var ofGlobal = sharing == ProjectionSharing.All ? ofLong with { Output = new(globalWidth, globalWidth) } : Of(globalWidth, longWidth, sharing);
        return (ofLong, sharesOutput ? ofGlobal with { Output = ofLong.Output } : ofGlobal);
    }
}
