using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Anyformer.Data.Sequences.ListOps;

/// <summary>
/// Draws expressions as the Long Range Arena does (Tay et al., ICLR 2021, arXiv 2011.04006; <c>generate_tree</c> of its code): a node is an operator
/// with probability 1/4 above the greatest depth, with 2 to <paramref name="maxArguments"/> arguments, the operator drawn after them; else a digit.
/// Trees of unwanted lengths are thrown away, and of equal ones all but the first.
/// </summary>
/// <param name="seed">Decides everything.</param>
/// <param name="maxDepth">The greatest depth of a tree; its root has depth 1.</param>
/// <param name="maxArguments">Most arguments of an operator.</param>
/// <param name="above">Kept trees have more symbols.</param>
/// <param name="below">Kept trees have fewer symbols.</param>
public sealed class ListOpsGenerator(long seed, int maxDepth, int maxArguments, int above, int below)
{
    private const double OperatorShare = 0.25;
    private const int TriesForOne = 20_000;

    private readonly SplitMix _random = new(seed);
    private readonly byte[] _symbols = new byte[below];
    private readonly HashSet<UInt128> _seen = [];
    private int _length;

    /// <summary>Trees drawn so far, those that were thrown away among them.</summary>
    public long Drawn { get; private set; }

    /// <summary>The next expression and its value.</summary>
    /// <exception cref="UserException">There are hardly any new trees of such lengths.</exception>
    public SequenceSample Next()
    {
        for (var i = 0; i < TriesForOne; i++)
            if (TryDraw() is { } value && _length > above && _length < below && IsNew())
                return new SequenceSample(_symbols[.._length], value);
        throw new UserException($"Of {TriesForOne} drawn ListOps trees none was new and had between {above + 1} and {below - 1} symbols; " +
            "choose longer sequences, or fewer of them.");
    }

    private int? TryDraw()
    {
        (_length, Drawn) = (0, Drawn + 1);
        return Draw(depth: 1);
    }

    /// <summary>The value of a tree that is written behind what there is; null when it would grow too long, however it went on.</summary>
    private int? Draw(int depth)
    {
        var place = _length++;
        if (_length >= below)
            return null;
        if (depth == maxDepth || _random.NextDouble() > OperatorShare)
            return _symbols[place] = (byte)_random.Next(10);
        Span<int> arguments = stackalloc int[2 + _random.Next(maxArguments - 1)];
        for (var i = 0; i < arguments.Length; i++)
        {
            if (Draw(depth + 1) is not { } argument)
                return null;
            arguments[i] = argument;
        }

        if (_length + 1 >= below)
            return null;
        _symbols[place] = (byte)(ListOpsSymbols.Min + _random.Next(4));
        _symbols[_length++] = ListOpsSymbols.Close;
        return ListOpsSymbols.Apply(_symbols[place], arguments);
    }

    private bool IsNew() => _seen.Add(BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(_symbols.AsSpan(0, _length))));
}
