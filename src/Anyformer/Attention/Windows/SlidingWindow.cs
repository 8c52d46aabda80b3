using Anyformer.Attention.Patterns;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>Scores and values of a few keys that all queries see beside those of their window.</summary>
/// <param name="Scores">(batch, heads, tokens, keys).</param>
/// <param name="Values">(batch, heads, keys, head width).</param>
internal readonly record struct SharedKeys(Tensor Scores, Tensor Values)
{
    /// <summary>Those of some of the heads.</summary>
    internal SharedKeys OfHeads(long first, long count) => new(Scores.Narrow(1, first, count), Values.Narrow(1, first, count));
}

/// <summary>A window that slides along the tokens, with a dilation for every head.</summary>
internal sealed class SlidingWindow
{
    private readonly long _side;
    private readonly FusedPattern _fused = new();
    private readonly (long Dilation, long First, long Count)[] _runs;

    /// <summary>A window over heads.</summary>
    /// <param name="window">Tokens that a token sees around itself, half of them on each side.</param>
    /// <param name="dilations">One for every head, or one for all.</param>
    /// <param name="heads">Heads side by side.</param>
    /// <exception cref="UserException">The window is odd, or the dilations are not those of the heads.</exception>
    internal SlidingWindow(int window, IReadOnlyList<int> dilations, int heads)
    {
        if (window % 2 != 0 || window < 2)
            throw new UserException($"A sliding window has as many tokens on each side, so its size must be even and at least 2, found {window}.");
        if ((dilations.Count != 1 && dilations.Count != heads) || dilations.Any(dilation => dilation < 1))
            throw new UserException(
                $"A sliding window takes one dilation of at least 1, or one for each of the {heads} heads, found [{string.Join(", ", dilations)}].");
        _side = window / 2;
        _runs = [.. Runs(dilations.Count == 1 ? [.. Enumerable.Repeat(dilations[0], heads)] : dilations)];
    }

    /// <summary>How far back the furthest key lies.</summary>
    internal long Reach => _side * _runs.Max(run => run.Dilation);

    /// <summary>What each query takes of the keys in its window, and of the shared ones, by one softmax: (batch, heads, tokens, head width).</summary>
    /// <param name="queries">(batch, heads, tokens, head width), scaled.</param>
    /// <param name="keys">(batch, heads, tokens, head width).</param>
    /// <param name="values">(batch, heads, tokens, head width).</param>
    /// <param name="visible">True at the keys that windows see, (batch, tokens); null when they see all. A window without any gives 0.</param>
    /// <param name="isCausal">Whether a window ends at its query.</param>
    /// <param name="dropout">Dropout on the weights.</param>
    /// <param name="shared">Keys beside those of the windows.</param>
    internal Tensor Contexts(
        Tensor queries, Tensor keys, Tensor values, Tensor? visible, bool isCausal, Dropout dropout, SharedKeys? shared = null)
    {
        var contexts = _runs.Select(run =>
        {
            Tensor OfRun(Tensor heads) => heads.Narrow(1, run.First, run.Count);
            var band = Band.Within(queries.Size(2), _side, isCausal ? 0 : _side, run.Dilation);
            var (asking, answering, summed) = (OfRun(queries), OfRun(keys), OfRun(values));
            return shared is null && Fused(band, asking, answering, summed, visible, dropout) is { } fused ? fused
                : Composed(band, asking, answering, summed, visible, dropout, shared?.OfHeads(run.First, run.Count));
        }).ToArray();
        return contexts.Length == 1 ? contexts[0] : Functional.Cat(contexts, 1);
    }

    /// <summary>The contexts by a kernel; null where there is none for the device or the sizes, or the window has gaps: blocks of which little is open do not pay.</summary>
    private Tensor? Fused(Band band, Tensor queries, Tensor keys, Tensor values, Tensor? visible, Dropout dropout) => band.Dilation > 1 ? null
        : _fused.Attend(AttentionPattern.Band((int)band.Before, (int)band.After), queries, keys, values, visible, dropout.CurrentProbability, scale: 1);

    /// <summary>The contexts as a composition of operators: with shared keys, for any device and type, and the reference of the kernel.</summary>
    private static Tensor Composed(
        Band band, Tensor queries, Tensor keys, Tensor values, Tensor? visible, Dropout dropout, SharedKeys? shared)
    {
        var columns = band.Columns(visible ?? Functional.Ones([1, queries.Size(2)], DType.Bool, device: queries.Device));
        var context = Weigh(band.Scores(queries, keys).Hide(columns), weights => band.Contexts(weights, values), dropout, shared);
        return visible is null || shared is not null ? context : context.MaskedFill(!columns.Any(-1, keepdim: true), 0);
    }

    /// <summary>One softmax over shared keys and those that each query has of its own.</summary>
    /// <param name="scores">(batch, heads, queries, own keys).</param>
    /// <param name="contexts">The contexts of weights of the own keys.</param>
    /// <param name="dropout">Dropout on the weights.</param>
    /// <param name="shared">The shared keys; null for none.</param>
    internal static Tensor Weigh(Tensor scores, Func<Tensor, Tensor> contexts, Dropout dropout, SharedKeys? shared)
    {
        if (shared is not { } others)
            return contexts(dropout.Call(scores.Softmax(-1)));
        var count = others.Scores.Size(-1);
        var weights = dropout.Call(Functional.Cat([others.Scores, scores], -1).Softmax(-1));
        return weights.Narrow(-1, 0, count).MatMul(others.Values) + contexts(weights.Narrow(-1, count, scores.Size(-1)));
    }

    /// <summary>Neighbouring heads of the same dilation, which are computed together.</summary>
    private static IEnumerable<(long Dilation, long First, long Count)> Runs(IReadOnlyList<int> dilations)
    {
        for (var first = 0; first < dilations.Count;)
        {
            var count = dilations.Skip(first).TakeWhile(dilation => dilation == dilations[first]).Count();
            yield return (dilations[first], first, count);
            first += count;
        }
    }
}
