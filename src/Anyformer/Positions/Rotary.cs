using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>
/// Turns queries and keys by angles that grow with their positions, so that scores depend on distances (Su et al. 2021, arXiv 2104.09864, section 3.2).
/// </summary>
public static class Rotary
{
    /// <summary>How fast pairs of elements turn, <c>[i] = base^(-2i / width)</c> a position: (width / 2).</summary>
    /// <param name="width">Width of the vectors to turn.</param>
    /// <param name="base">How many times as fast the first pair turns as the last would; 10000 in most models.</param>
    /// <param name="device">Where the tensor is to lie.</param>
    /// <exception cref="UserException">The width is odd.</exception>
    public static Tensor Frequencies(long width, double @base = 10000, Device? device = null)
    {
        if (width % 2 != 0)
            throw new UserException($"Rotary positions turn pairs of elements, so the width of a head must be even, found {width}.");
        using var scope = new TensorScope();
        var exponents = Functional.Arange(0, width, 2, DType.Float32, device: device) / width;
        return scope.Keep(1 / Functional.Pow(@base, exponents));
    }

    /// <summary>The angles of positions at the usual frequencies, <c>[p, i] = p 10000^(-2i / width)</c>: (positions, width / 2).</summary>
    /// <param name="positions">Any numbers, (positions).</param>
    /// <param name="width">Width of the vectors to turn.</param>
    /// <exception cref="UserException">The width is odd.</exception>
    public static Tensor Angles(Tensor positions, long width)
    {
        using var scope = new TensorScope();
        return scope.Keep(Angles(positions, Frequencies(width, device: positions.Device)));
    }

    /// <summary>The angles of positions, <c>[p, i] = p frequency_i</c>: (positions, frequencies).</summary>
    public static Tensor Angles(Tensor positions, Tensor frequencies)
    {
        using var scope = new TensorScope();
        return scope.Keep(positions.To(frequencies.DType).Outer(frequencies));
    }

    /// <summary>The turned vectors: element <c>i</c> of a vector's first half turns with element <c>i</c> of its second half.</summary>
    /// <param name="vectors">(..., positions, width).</param>
    /// <param name="angles">(positions, width / 2), from <see cref="Angles(Tensor, long)"/>.</param>
    /// <returns>Of the shape and type of <paramref name="vectors"/>.</returns>
    public static Tensor Turn(Tensor vectors, Tensor angles)
    {
        using var scope = new TensorScope();
        var halves = vectors.Chunk(2, -1);
        var (cosine, sine) = (angles.Cos().To(vectors.DType), angles.Sin().To(vectors.DType));
        return scope.Keep(Functional.Cat([halves[0] * cosine - halves[1] * sine, halves[1] * cosine + halves[0] * sine], -1));
    }

    /// <summary>As <see cref="Turn"/>, for vectors in which every element turns with its neighbour instead: the second with the first and so on.</summary>
    /// <param name="vectors">(..., positions, width).</param>
    /// <param name="angles">(positions, width / 2), from <see cref="Angles(Tensor, long)"/>.</param>
    /// <param name="scale">What the turned pairs are multiplied by, (positions, width / 2); null for nothing.</param>
    public static Tensor TurnNeighbours(Tensor vectors, Tensor angles, Tensor? scale = null)
    {
        using var scope = new TensorScope();
        var pairs = vectors.Unflatten(-1, [-1, 2]).Unbind(-1);
        var (cosine, sine) = (angles.Cos(), angles.Sin());
        if (scale is not null)
            (cosine, sine) = (cosine * scale, sine * scale);
        (cosine, sine) = (cosine.To(vectors.DType), sine.To(vectors.DType));
        return scope.Keep(Functional.Stack([pairs[0] * cosine - pairs[1] * sine, pairs[1] * cosine + pairs[0] * sine], -1).Flatten(-2));
    }
}
