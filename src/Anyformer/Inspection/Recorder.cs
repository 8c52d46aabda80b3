using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Inspection;

/// <summary>
/// Collects what modules of this thread offer for inspection (attention weights, say) while it is open. Modules offer with
/// <see cref="Record"/>, which costs nothing when nobody listens.
/// </summary>
public sealed class Recorder : IDisposable
{
    [ThreadStatic] private static Recorder? t_current;

    private readonly Recorder? _outer = t_current;
    private readonly List<(Module Module, string Name, Tensor Value)> _records = [];

    /// <summary>Starts to listen.</summary>
    public Recorder() => t_current = this;

    /// <summary>Everything recorded, in order: who, what, and the tensor, which stays part of its graph.</summary>
    public IReadOnlyList<(Module Module, string Name, Tensor Value)> Records => _records;

    /// <summary>True when somebody listens on this thread: a module may then compute what it otherwise would not.</summary>
    public static bool IsListening => t_current is not null;

    /// <summary>Offers a tensor under a name.</summary>
    public static void Record(Module module, string name, Tensor value)
    {
        if (t_current is { } current)
            current._records.Add((module, name, value.Share().OutliveScopes()));
    }

    /// <summary>The tensors of one name, in order.</summary>
    public IEnumerable<Tensor> Named(string name) => _records.Where(record => record.Name == name).Select(record => record.Value);

    /// <summary>Stops listening and frees what was recorded.</summary>
    public void Dispose()
    {
        t_current = _outer;
        foreach (var (_, _, value) in _records)
            value.Dispose();
        _records.Clear();
    }
}
