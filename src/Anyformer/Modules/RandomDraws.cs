using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>
/// Random tensors that a method draws while it computes: sampled keys, hash directions, routing noise. While an instance is open, the draws of
/// its thread are the given ones instead, in order: that is how a case of a paper's code, or a test, fixes them.
/// </summary>
public sealed class RandomDraws : IDisposable
{
    [ThreadStatic] private static RandomDraws? t_current;

    private readonly RandomDraws? _outer = t_current;
    private readonly Queue<Tensor> _given;

    /// <summary>Hands out <paramref name="given"/>, one a draw, until disposed.</summary>
    public RandomDraws(params IEnumerable<Tensor> given)
    {
        _given = new Queue<Tensor>(given);
        t_current = this;
    }

    /// <summary>True when draws of this thread are given.</summary>
    public static bool AreGiven => t_current is not null;

    /// <summary>The given tensors that nobody has drawn.</summary>
    public int Remaining => _given.Count;

    /// <summary>Integers from 0 up to <paramref name="bound"/>, exclusive, all equally likely.</summary>
    public static Tensor Integers(long bound, long[] shape, Device? device = null) =>
        Given(shape) ?? Functional.RandInt(bound, shape, DType.Int64, device: device);

    /// <summary>Different integers from 0 up to <paramref name="bound"/>, exclusive, in any order.</summary>
    public static Tensor Distinct(long bound, long count, Device? device = null) =>
        Given([count]) ?? Functional.RandPerm(bound, DType.Int64, device: device).Narrow(0, 0, count);

    /// <summary>Numbers of the standard normal distribution, of the type and on the device of <paramref name="like"/>.</summary>
    public static Tensor Normal(long[] shape, Tensor like) =>
        Given(shape) ?? Functional.Randn(shape, like.DType, device: like.Device);

    /// <summary>Numbers from 0 to 1, exclusive, of the type and on the device of <paramref name="like"/>.</summary>
    public static Tensor Uniform(long[] shape, Tensor like) =>
        Given(shape) ?? Functional.Rand(shape, like.DType, device: like.Device);

    /// <summary>Draws freely again.</summary>
    public void Dispose() => t_current = _outer;

    private static Tensor? Given(long[] shape)
    {
        if (t_current is not { } current)
            return null;
        if (!current._given.TryDequeue(out var tensor))
            throw new UserException($"The computation draws more random tensors than were given, next one of shape [{string.Join(", ", shape)}].");
        return tensor.Shape.SequenceEqual(shape)
            ? tensor
            : throw new UserException($"A given random tensor is [{string.Join(", ", tensor.Shape)}], expected [{string.Join(", ", shape)}].");
    }
}
