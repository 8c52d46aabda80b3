using Anyformer.Torch;

namespace Anyformer.Attention.Decoding;

/// <summary>
/// What the attentions of a model keep of the tokens that it has read, so that it reads on without reading those again: keys and values, sums of them, or
/// what answers in cross-attention. It holds for a thread, within <see cref="Read"/>; nothing is differentiated there.
/// </summary>
/// <remarks>The attentions of a model are told apart by the order in which it calls them, so a layer that runs several times has as many memories.</remarks>
public sealed class DecodingState : IDisposable
{
    [ThreadStatic] private static DecodingState? t_current;

    private readonly List<AttentionMemory> _memories = [];
    private int _called;

    /// <summary>Tokens read so far.</summary>
    public long Length { get; private set; }

    /// <summary>What each attention keeps, in the order in which they are called; keys and values are (batch, heads, tokens, head width).</summary>
    public IEnumerable<IReadOnlyList<Tensor>> Memories => _memories.Select(memory => memory.Tensors);

    /// <summary>Where the first of the tokens stands that are read just now: 0 unless something was read before.</summary>
    internal static long Position => t_current?.Length ?? 0;

    /// <summary>The state that the thread reads in; null when it reads in none.</summary>
    internal static DecodingState? Current => t_current;

    /// <summary>Runs a model on the tokens that come next.</summary>
    /// <param name="tokens">How many tokens they are.</param>
    /// <param name="forward">Runs the model; what it returns may be used after.</param>
    public Tensor Read(long tokens, Func<Tensor> forward)
    {
        using var inference = Autograd.InferenceMode();
        using var scope = new TensorScope();
        var outer = t_current;
        (t_current, _called) = (this, 0);
        try
        {
            var result = forward();
            Length += tokens;
            return scope.Keep(result);
        }
        finally
        {
            t_current = outer;
        }
    }

    /// <summary>Goes on with some of the samples, or with one several times: the sample at a place is from now on that of the number there.</summary>
    /// <param name="samples">Numbers of samples so far, (samples from now on).</param>
    public void Select(Tensor samples)
    {
        using var inference = Autograd.InferenceMode();
        foreach (var memory in _memories)
            memory.Select(samples);
    }

    /// <summary>Frees what it keeps.</summary>
    public void Dispose() => _memories.ForEach(memory => memory.Dispose());

    /// <summary>The memory of the attention that is called just now.</summary>
    internal AttentionMemory Next()
    {
        if (_called == _memories.Count)
            _memories.Add(new AttentionMemory());
        return _memories[_called++];
    }

    /// <summary>Runs what is no attention of its own, but part of one that remembers already.</summary>
    internal static T Apart<T>(Func<T> forward)
    {
        var state = t_current;
        t_current = null;
        try
        {
            return forward();
        }
        finally
        {
            t_current = state;
        }
    }
}
