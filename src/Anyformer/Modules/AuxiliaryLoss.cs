using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>
/// Collects the loss terms that modules of this thread add to the task's own while it is open: load balance of experts, disagreement of heads.
/// Modules add with <see cref="Add"/>, which costs nothing when nobody trains.
/// </summary>
public sealed class AuxiliaryLoss : IDisposable
{
    [ThreadStatic] private static AuxiliaryLoss? t_current;

    private readonly AuxiliaryLoss? _outer = t_current;
    private readonly List<Tensor> _terms = [];

    /// <summary>Starts to collect.</summary>
    public AuxiliaryLoss() => t_current = this;

    /// <summary>True when somebody collects on this thread: a term need not be computed otherwise.</summary>
    public static bool IsCollecting => t_current is not null;

    /// <summary>The terms so far, each a tensor of one element that stays part of its graph.</summary>
    public IReadOnlyList<Tensor> Terms => _terms;

    /// <summary>Adds a term, a tensor of one element, weighted as its method says.</summary>
    public static void Add(Tensor term)
    {
        if (t_current is { } current)
            current._terms.Add(term.Alias().OutliveScopes());
    }

    /// <summary>The loss of the task and every term.</summary>
    public Tensor AddTo(Tensor loss) => _terms.Aggregate(loss, (sum, term) => sum + term.Reshape(sum.Shape));

    /// <summary>Stops collecting and frees the terms.</summary>
    public void Dispose()
    {
        t_current = _outer;
        foreach (var term in _terms)
            term.Dispose();
        _terms.Clear();
    }
}
