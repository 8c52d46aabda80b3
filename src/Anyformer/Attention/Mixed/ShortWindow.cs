using Anyformer.Attention.Windows;
using Anyformer.Torch;

namespace Anyformer.Attention.Mixed;

/// <summary>
/// Windows side by side whose tokens all see the same: the whole window and half as many tokens, at least one, on each side. A window of 0 is the token
/// alone.
/// </summary>
/// <param name="Length">Tokens of a window.</param>
internal sealed record ShortWindow(int Length)
{
    private long Side => Math.Max(Length / 2, 1);

    /// <summary>The scores of what each token sees, one column a place, low where nothing is to be seen: (batch, heads, tokens, columns).</summary>
    /// <param name="queries">(batch, heads, tokens, head width), scaled.</param>
    /// <param name="keys">(batch, heads, tokens, head width).</param>
    /// <param name="real">True at tokens that count, (batch, tokens); null when all do.</param>
    internal Tensor Scores(Tensor queries, Tensor keys, Tensor? real)
    {
        if (Length == 0)
            return (queries * keys).Sum([-1], keepdim: true);
        real ??= Functional.Ones([1, keys.Size(2)], DType.Bool, device: keys.Device);
        var visible = Around(real.Unsqueeze(1).Unsqueeze(-1));
        return Join(Split(queries).MatMul(Around(keys)).Hide(visible), queries.Size(2));
    }

    /// <summary>What each token takes of the values it sees, (batch, heads, tokens, head width).</summary>
    /// <param name="weights">(batch, heads, tokens, columns).</param>
    /// <param name="values">(batch, heads, tokens, head width).</param>
    internal Tensor Contexts(Tensor weights, Tensor values) =>
        Length == 0 ? weights * values : Join(Split(weights).MatMul(Around(values).Transpose(-2, -1)), values.Size(2));

    /// <summary>(batch, heads, tokens, width) to (batch, heads, windows, width, columns), zeros or false around the sample.</summary>
    private Tensor Around(Tensor tokens) =>
        tokens.ConstantPadNd([0, 0, Side, Missing(tokens) + Side]).Unfold(2, Length + 2 * Side, Length);

    /// <summary>(batch, heads, tokens, width) to (batch, heads, windows, length, width).</summary>
    private Tensor Split(Tensor tokens) => tokens.ConstantPadNd([0, 0, 0, Missing(tokens)]).Unflatten(2, [-1, Length]);

    private static Tensor Join(Tensor windows, long tokens) => windows.Flatten(2, 3).Narrow(2, 0, tokens);

    /// <summary>Tokens that the last window lacks.</summary>
    private long Missing(Tensor tokens) => (Length - tokens.Size(2) % Length) % Length;
}
