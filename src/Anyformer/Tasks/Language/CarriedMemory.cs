using Anyformer.Models.Language;
using Anyformer.Torch;

namespace Anyformer.Tasks.Language;

/// <summary>What a model remembers of the rows of a batch from segment to segment; no gradient goes through it.</summary>
/// <param name="model">The model.</param>
internal sealed class CarriedMemory(IRecurrentLanguageModel model) : IDisposable
{
    private Tensor[]? _memory;

    /// <summary>What is remembered, by names that <see cref="Load"/> knows.</summary>
    internal IReadOnlyDictionary<string, Tensor> State =>
        (_memory ?? []).Index().ToDictionary(item => $"memory.{item.Index}", item => item.Item);

    /// <summary>Scores of the next segment, (rows, tokens, vocabulary).</summary>
    /// <param name="tokens">Token ids, (rows, tokens); there may be fewer rows than before, the last ones having come to their end.</param>
    internal Tensor Read(Tensor tokens)
    {
        using var scope = new TensorScope();
        var rows = tokens.Size(0);
        var (scores, next) = model.CallSegment(tokens, _memory is null ? null : [.. _memory.Select(memory => memory.Narrow(0, 0, rows))]);
        Set([.. next.Select(memory => memory.Detach())]);
        return scope.Keep(scores);
    }

    /// <summary>Remembers what another did.</summary>
    internal void Load(IReadOnlyDictionary<string, Tensor> state, Device device) =>
        Set(state.Count == 0 ? null : [.. Enumerable.Range(0, state.Count).Select(index => state[$"memory.{index}"].To(device).Clone())]);

    /// <summary>Forgets everything.</summary>
    public void Dispose() => Set(null);

    private void Set(Tensor[]? memory)
    {
        foreach (var forgotten in _memory ?? [])
            forgotten.Dispose();
        _memory = memory is null ? null : Array.ConvertAll(memory, kept => kept.OutliveScopes());
    }
}
