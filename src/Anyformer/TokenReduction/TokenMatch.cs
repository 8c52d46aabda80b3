using Anyformer.Kernels.Merging;
using Anyformer.Torch;

namespace Anyformer.TokenReduction;

/// <summary>Which tokens merge into which.</summary>
/// <param name="Tokens">Tokens there were.</param>
/// <param name="Bases">The token that stays at each new place, (batch, fewer tokens).</param>
/// <param name="Moved">Tokens that merge into others, (batch, merged).</param>
/// <param name="Targets">The new place that each of them merges into, (batch, merged).</param>
public sealed record TokenMatch(long Tokens, Tensor Bases, Tensor Moved, Tensor Targets)
{
    /// <summary>A match in which every token stays.</summary>
    internal static TokenMatch Identity(Tensor metric)
    {
        var places = Functional.Arange(metric.Size(1), device: metric.Device).Expand([metric.Size(0), -1]);
        return new TokenMatch(metric.Size(1), places, places[.., ..0], places[.., ..0]);
    }

    /// <summary>The same behind tokens that take no part.</summary>
    internal TokenMatch Behind(int count)
    {
        if (count == 0)
            return this;
        var first = Functional.Arange(count, device: Bases.Device).Expand([Bases.Size(0), -1]);
        return new TokenMatch(Tokens + count, Functional.Cat([first, Bases + count], 1), Moved + count, Targets + count);
    }

    /// <summary>Where each token is now, (batch, tokens); -1 for one that is left out.</summary>
    public Tensor Places()
    {
        using var scope = new TensorScope();
        var fewer = Functional.Arange(Bases.Size(1), device: Bases.Device).Expand(Bases.Shape);
        var nowhere = Functional.Full([Bases.Size(0), Tokens], -1, DType.Int64, device: Bases.Device);
        return scope.Keep(nowhere.Scatter(1, Bases, fewer).ScatterInPlace(1, Moved, Targets));
    }

    /// <summary>What tokens have, added up where they merge.</summary>
    /// <param name="values">(batch, tokens, width).</param>
    public Tensor Sum(Tensor values)
    {
        using var scope = new TensorScope();
        var targets = Targets.Unsqueeze(-1).Expand([-1, -1, values.Size(-1)]);
        return scope.Keep(TokenRows.Gather(values, Bases).ScatterAdd(1, targets, TokenRows.Gather(values, Moved)));
    }

    /// <summary>The mean of the tokens that merge, each as heavy as the tokens it stands for.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="sizes">What each stands for, (batch, tokens, 1).</param>
    /// <returns>(batch, fewer tokens, width), and what each of these stands for.</returns>
    /// <exception cref="UserException">The match is of other samples or tokens, or names one that is not there.</exception>
    public (Tensor Tokens, Tensor Sizes) Average(Tensor tokens, Tensor sizes)
    {
        using var scope = new TensorScope();
        if (!tokens.Shape[..2].SequenceEqual([Bases.Size(0), Tokens]) || !sizes.Shape.SequenceEqual([Bases.Size(0), Tokens, 1]))
            throw new UserException($"A match is of {Bases.Size(0)} samples of {Tokens} tokens, "
                + $"found sizes [{string.Join(", ", sizes.Shape)}] and tokens [{string.Join(", ", tokens.Shape)}].");
        if (!TokenAverage.Takes(tokens, sizes))
            return scope.Keep(ComposeAverage(tokens, sizes));
        var results = new TokenAverage(this).Apply(tokens, sizes);
        // Sizes of tokens that are only counted have no gradient, and what reads them must not look for one.
        return scope.Keep((results[0], sizes.RequiresGrad ? results[1] : results[1].Detach()));
    }

    /// <summary>The mean as a composition of operators: for any device and type, and the reference of the kernel.</summary>
    internal (Tensor Tokens, Tensor Sizes) ComposeAverage(Tensor tokens, Tensor sizes)
    {
        using var scope = new TensorScope();
        var merged = Sum(sizes);
        var kept = TokenRows.Gather(tokens, Bases);
        if (Moved.Size(1) == 0)
            return scope.Keep((kept, merged));
        // A token that others merge into moves towards each of them by its share: only those few rows are computed.
        var share = sizes.Gather(1, Moved.Unsqueeze(-1)) / merged.Gather(1, Targets.Unsqueeze(-1));
        var steps = (TokenRows.Gather(tokens, Moved) - TokenRows.Gather(tokens, Bases.Gather(1, Targets))) * share;
        var rows = TokenRows.Rows(Targets, Bases.Size(1)).Flatten();
        return scope.Keep((kept.Flatten(0, 1).IndexAddInPlace(0, rows, steps.Flatten(0, 1)).View(kept.Shape), merged));
    }

    /// <summary>What the fewer tokens have, given to each token they hold; 0 to those left out.</summary>
    /// <param name="values">(batch, fewer tokens, width).</param>
    /// <returns>(batch, tokens, width).</returns>
    public Tensor Unmerge(Tensor values)
    {
        using var scope = new TensorScope();
        return scope.Keep(new TokenOrigins(values, Places()).Spread(values));
    }
}
