using Anyformer.Torch;

namespace Anyformer.Attention.Decoding;

/// <summary>What one attention keeps of the tokens that were read.</summary>
internal sealed class AttentionMemory : IDisposable
{
    private const long FirstRoom = 64;

    /// <summary>Tensors with a sample in each row; keys and values have room for tokens to come.</summary>
    private Tensor[] _tensors = [];

    /// <summary>True at tokens and false at padding, (batch, tokens); null when there was no padding so far.</summary>
    private Tensor? _real;

    /// <summary>Tokens that keys and values hold; null for tensors without room to come.</summary>
    private long? _length;

    /// <summary>What it keeps.</summary>
    internal IReadOnlyList<Tensor> Tensors => [.. _tensors.Select(tensor => _length is { } length ? tensor.Narrow(2, 0, length) : tensor)];

    /// <summary>All keys and values so far, the new ones behind those before.</summary>
    /// <param name="keys">(batch, heads, new tokens, head width).</param>
    /// <param name="values">(batch, heads, new tokens, head width).</param>
    /// <param name="real">True at tokens, false at padding, (batch, new tokens); null when there is no padding.</param>
    internal (Tensor Keys, Tensor Values, Tensor? Real) Extend(Tensor keys, Tensor values, Tensor? real)
    {
        var (before, added) = (_length ?? 0, keys.Size(2));
        if (_tensors.Length == 0 || before + added > _tensors[0].Size(2))
            Replace([Roomier(0, keys), Roomier(1, values)]);
        _tensors[0].Narrow(2, before, added).CopyInPlace(keys);
        _tensors[1].Narrow(2, before, added).CopyInPlace(values);
        if (real is not null || _real is not null)
        {
            Tensor All(long tokens) => Functional.Ones([keys.Size(0), tokens], DType.Bool, device: keys.Device);
            Remember(Functional.Cat([_real ?? All(before), real ?? All(added)], 1));
        }

        _length = before + added;
        return (Tensors[0], Tensors[1], _real);
    }

    /// <summary>What was made at the first call, and is the same at all that follow.</summary>
    internal (Tensor, Tensor) Once(Func<(Tensor, Tensor)> make)
    {
        if (_tensors.Length == 0)
        {
            var (first, second) = make();
            Replace([first.Alias(), second.Alias()]);
        }

        return (_tensors[0], _tensors[1]);
    }

    /// <summary>Goes on token by token.</summary>
    internal Tensor Step(IRecurrentAttention attention, Tensor queries, Tensor keys, Tensor values)
    {
        var (contexts, state) = DecodingState.Apart(() => attention.Step(queries, keys, values, _tensors.Length == 0 ? null : _tensors));
        Replace([.. state.Select(tensor => tensor.Alias())]);
        return contexts;
    }

    /// <summary>Goes on with the samples of these numbers.</summary>
    internal void Select(Tensor samples)
    {
        using var scope = new TensorScope();
        Replace([.. _tensors.Select(tensor => tensor.IndexSelect(0, samples))]);
        if (_real is not null)
            Remember(_real.IndexSelect(0, samples));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Replace([]);
        _real?.Dispose();
    }

    private void Remember(Tensor real)
    {
        _real?.Dispose();
        _real = real.OutliveScopes();
    }

    private Tensor Roomier(int index, Tensor like)
    {
        var held = _length ?? 0;
        var larger = Functional.Empty([like.Size(0), like.Size(1), Math.Max(FirstRoom, 2 * (held + like.Size(2))), like.Size(3)], like.DType, device: like.Device);
        if (held > 0)
            larger.Narrow(2, 0, held).CopyInPlace(_tensors[index].Narrow(2, 0, held));
        return larger;
    }

    private void Replace(Tensor[] tensors)
    {
        foreach (var tensor in tensors)
            tensor.OutliveScopes();
        foreach (var old in _tensors)
            old.Dispose();
        _tensors = tensors;
    }
}
