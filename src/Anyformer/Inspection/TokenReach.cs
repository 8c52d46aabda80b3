using Anyformer.Attention;
using Anyformer.Torch;

namespace Anyformer.Inspection;

/// <summary>Which tokens a token mixer lets a token depend on, found by differentiating it: true of any mechanism, whatever its paper draws.</summary>
public static class TokenReach
{
    /// <summary>The reach of every token.</summary>
    /// <param name="mixer">The mixer; its mode is left as it is.</param>
    /// <param name="tokens">Tokens of the sample that it is tried on.</param>
    /// <param name="width">Width of a token.</param>
    /// <param name="mask">What may not be seen.</param>
    /// <returns>[i, j] is true where token i, mixed, depends on token j.</returns>
    public static bool[,] Of(TokenMixer mixer, int tokens, int width, AttentionMask? mask = null)
    {
        using var scope = new TensorScope();
        var input = Functional.Randn([1, tokens, width]);
        input.RequiresGrad = true;
        var mixed = mixer.Call(input, mask);
        // Of a random sum of channels, so that slopes do not cancel.
        var sums = (mixed * Functional.Randn([width])).Sum([0, 2]);
        var reach = new bool[tokens, tokens];
        for (var token = 0; token < tokens; token++)
        {
            var slopes = Autograd.Grad([sums[token]], [input], [null], retainGraph: true)[0]!.Abs().Amax([0, 2]).ToArray<float>();
            for (var other = 0; other < tokens; other++)
                reach[token, other] = slopes[other] != 0;
        }

        return reach;
    }
}
