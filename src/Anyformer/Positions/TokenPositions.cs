using Anyformer.FeedForward;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Where tokens stand.</summary>
public static class TokenPositions
{
    /// <summary>Where the tokens of a host stand: (batch, tokens) when its caller says so, else in a row, (tokens).</summary>
    /// <param name="batch">Texts side by side.</param>
    /// <param name="first">The position of the first token of a row.</param>
    /// <param name="count">Tokens of a text.</param>
    /// <param name="device">Where the tensor is to lie.</param>
    /// <exception cref="UserException">The positions given are not those of so many tokens.</exception>
    internal static Tensor Of(long batch, long first, long count, Device? device) =>
        TokenContext.PositionsOf(batch, count) ?? Range(first, count, device);

    /// <summary>The positions of tokens in a row, (count).</summary>
    public static Tensor Range(long first, long count, Device? device = null) => Functional.Arange(first, first + count, device: device);

    /// <summary>
    /// The positions of tokens among padding, (batch, tokens): the first token that is none stands right after <paramref name="padding"/>, the next
    /// after it, and padding stands at <paramref name="padding"/> itself. So do fairseq and the models that come from it.
    /// </summary>
    /// <param name="tokens">Numbers of tokens, (batch, tokens).</param>
    /// <param name="padding">The number of padding.</param>
    public static Tensor Counted(Tensor tokens, long padding)
    {
        using var scope = new TensorScope();
        var real = tokens.Ne(padding).To(DType.Int64);
        return scope.Keep(real.CumSum(1) * real + padding);
    }
}
