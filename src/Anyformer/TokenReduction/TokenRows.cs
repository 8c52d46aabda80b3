using Anyformer.Torch;

namespace Anyformer.TokenReduction;

/// <summary>Tokens picked by position, moved whole.</summary>
internal static class TokenRows
{
    /// <summary>The tokens at positions.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="positions">(batch, picked).</param>
    /// <returns>(batch, picked, width).</returns>
    internal static Tensor Gather(Tensor tokens, Tensor positions) =>
        Functional.Embedding(tokens.Flatten(0, 1), Rows(positions, tokens.Size(1)));

    /// <summary>Positions as rows of all samples' tokens, one sample after the other.</summary>
    internal static Tensor Rows(Tensor positions, long tokens) =>
        positions + Functional.Arange(0, positions.Size(0) * tokens, tokens, device: positions.Device).Unsqueeze(1);
}
