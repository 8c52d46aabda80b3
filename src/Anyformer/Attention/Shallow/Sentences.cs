using Anyformer.Torch;

namespace Anyformer.Attention.Shallow;

/// <summary>Sentences as rows of so many numbers each, whatever their lengths: the numbers of their tokens one after the other, and zeros.</summary>
internal static class Sentences
{
    /// <summary>The number of tokens that a network is built for.</summary>
    /// <exception cref="UserException">The host does not know one.</exception>
    internal static int Limit(int tokens) => tokens > 0 ? tokens
        : throw new UserException("A shallow network is built for a number of tokens, and this host does not know how many there will be.");

    /// <summary>(batch, tokens, width) to (batch, limit · width), zeros at padding and behind the last token.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="real">False at padding, (batch, tokens); null for none.</param>
    /// <param name="limit">Tokens of a row.</param>
    /// <exception cref="UserException">There are more.</exception>
    internal static Tensor Flatten(Tensor tokens, Tensor? real, int limit)
    {
        Check(tokens, limit);
        return Filled(Masked(tokens, real), limit).Flatten(1);
    }

    /// <summary>(batch, limit · width) to (batch, tokens, width), zeros at padding.</summary>
    /// <param name="rows">(batch, limit · width).</param>
    /// <param name="real">False at padding, (batch, tokens); null for none.</param>
    /// <param name="tokens">Tokens to be left.</param>
    /// <param name="limit">Tokens of a row.</param>
    internal static Tensor Unflatten(Tensor rows, Tensor? real, long tokens, int limit) =>
        Masked(rows.Unflatten(1, [limit, -1]).Narrow(1, 0, tokens), real);

    /// <summary>Zeros at padding.</summary>
    internal static Tensor Masked(Tensor tokens, Tensor? real) => real is null ? tokens : tokens * real.Unsqueeze(-1).To(tokens.DType);

    /// <summary>Refuses more tokens than a network was built for.</summary>
    /// <exception cref="UserException">There are more.</exception>
    internal static void Check(Tensor tokens, int limit)
    {
        if (tokens.Size(1) > limit)
            throw new UserException($"The shallow network was built for sentences of up to {limit} tokens, found {tokens.Size(1)}.");
    }

    private static Tensor Filled(Tensor tokens, int limit) =>
        tokens.Size(1) == limit ? tokens : tokens.ConstantPadNd([0, 0, 0, limit - tokens.Size(1)]);
}
