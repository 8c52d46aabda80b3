using System.Numerics;
using Anyformer.Kernels.Products;

namespace Anyformer.Kernels.Causal;

/// <summary>What a thread holds of a head: the sum over the tokens so far, and a chunk of tokens in the forms that products read.</summary>
/// <typeparam name="T">Element.</typeparam>
internal sealed unsafe class WalkState<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Tokens of a chunk, a multiple of every panel's width. More would make tables larger, and fewer would move the sum more often.</summary>
    internal const int Chunk = 32;

    private readonly Scratch<T>[] _all;

    /// <summary>Room for any head.</summary>
    /// <param name="terms">Sizes.</param>
    /// <param name="panelWidth">Columns of a panel.</param>
    /// <param name="tileRows">Rows of a tile.</param>
    internal WalkState(WalkTerms<T> terms, int panelWidth, int tileRows)
    {
        var tokens = Math.Min(Chunk, terms.Queries.Tokens);
        var (rows, panelled) = (RoundUp(tokens, tileRows), RoundUp(tokens, panelWidth));
        (Features, Depth, Width) = (terms.Features, RoundUp(terms.Features, tileRows), RoundUp(terms.Values.Width, panelWidth));
        _all =
        [
            Queries = new((long)rows * Depth),
            Keys = new((long)rows * Depth),
            Columns = new((long)panelled * Features),
            Values = new((long)rows * Width),
            Table = new((long)rows * Chunk),
            Products = new((long)rows * Width),
            Sum = new(terms.Queries.Tokens > Chunk ? (long)Depth * Width : 0),
            KeySum = new(terms.Weights is null ? 0 : Features),
        ];
    }

    /// <summary>Features of queries and keys.</summary>
    internal int Features { get; }

    /// <summary>Elements from a query or key to the next; tiles that read keys as columns find zeros behind the last feature.</summary>
    internal int Depth { get; }

    /// <summary>Elements from a value to the next.</summary>
    internal int Width { get; }

    /// <summary>Queries as rows.</summary>
    internal Scratch<T> Queries { get; }

    /// <summary>Keys as rows.</summary>
    internal Scratch<T> Keys { get; }

    /// <summary>Keys as columns.</summary>
    internal Scratch<T> Columns { get; }

    /// <summary>Values as rows.</summary>
    internal Scratch<T> Values { get; }

    /// <summary>The products of queries and keys: a row for every query.</summary>
    internal Scratch<T> Table { get; }

    /// <summary>The results of the chunk.</summary>
    internal Scratch<T> Products { get; }

    /// <summary><c>sum_s k[s]^T v[s]</c> over the chunks before.</summary>
    internal Scratch<T> Sum { get; }

    /// <summary><c>sum_s k[s]</c> over the tokens so far.</summary>
    internal Scratch<T> KeySum { get; }

    /// <summary>Copies a chunk of tokens.</summary>
    internal void Take(WalkHead<T> head, int first, int count)
    {
        Packing<T>.Rows(head.Queries.Rows(first, count), Queries.Start, Depth);
        Packing<T>.Rows(head.Keys.Rows(first, count), Keys.Start, Depth);
        Packing<T>.Rows(head.Values.Rows(first, count), Values.Start, Width);
        if (head.LastQueryFeature is { } query)
            Packing<T>.Rows(query.Rows(first, count), Queries.Start + head.Queries.Width, Depth);
        if (head.LastKeyFeature is { } key)
            Packing<T>.Rows(key.Rows(first, count), Keys.Start + head.Keys.Width, Depth);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var scratch in _all)
            scratch.Dispose();
    }

    private static int RoundUp(int count, int multiple) => (count + multiple - 1) / multiple * multiple;
}
