using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Blocks.AdaptiveComputation;

/// <summary>What adaptive halting gives.</summary>
/// <param name="Output">The tokens, (batch, tokens, width).</param>
/// <param name="Remainders">The probability left at the step that a token halted at, 0 of one that never did, (batch, tokens).</param>
/// <param name="Updates">Steps that a token took, (batch, tokens).</param>
public sealed record HaltedTokens(Tensor Output, Tensor Remainders, Tensor Updates)
{
    /// <summary>The mean over tokens of steps and remainders, which training adds to the loss with a small weight (Graves 2016, arXiv 1603.08983, section 2.1).</summary>
    public Tensor Ponder => (Updates + Remainders).Mean();
}

/// <summary>
/// As many steps as each token needs: a probability a step adds up until it passes a threshold (Graves 2016, arXiv 1603.08983), in the form of the
/// Universal Transformer (Dehghani et al., ICLR 2019, arXiv 1807.03819, section 2.2), whose output is a running interpolation of states.
/// </summary>
[Formula(
    "w_s = p_s while p_1 + ... + p_s ≤ θ, and w_s = 1 - (p_1 + ... + p_(s-1)) at the first step beyond, the last",
    "Y_s = w_s H_s + (1 - w_s) Y_(s-1), Y_0 = 0",
    "ponder = mean(steps + remainder)",
    Where = "p: probability of halting of a token at a step, (batch, tokens); w: weight of a step, (batch, tokens); θ: threshold; "
        + "H: state after a step, (batch, tokens, width); s: step, from 1")]
[Method("adaptive-halting", "Adaptive computation time", Family.AdaptiveComputation, 2016, System = "architectures",
    Paper = "Graves, Adaptive Computation Time for Recurrent Neural Networks, 2016, arXiv 1603.08983",
    Complexity = "O(steps · what a step costs)")]
public sealed class AdaptiveHalting
{
    private readonly double _threshold;
    private readonly int _mostSteps;

    /// <summary>Halting at a threshold, and at a number of steps in any case.</summary>
    /// <param name="threshold">From 0 to 1.</param>
    /// <param name="mostSteps">1 or more.</param>
    /// <exception cref="UserException">One is out of its range.</exception>
    public AdaptiveHalting(double threshold, int mostSteps)
    {
        if (threshold is not (>= 0 and <= 1) || mostSteps < 1)
            throw new UserException($"Halting needs a threshold from 0 to 1 and 1 step or more, found {threshold} and {mostSteps}.");
        (_threshold, _mostSteps) = (threshold, mostSteps);
    }

    /// <summary>Runs until every token has halted. A step works on all tokens, halted ones too, since others may look at them.</summary>
    /// <param name="tokens">The first state, (batch, tokens, width).</param>
    /// <param name="step">From a state and the step's number, from 0, to the probabilities of halting, (batch, tokens), and the next state.</param>
    public HaltedTokens Run(Tensor tokens, Func<Tensor, int, (Tensor Probabilities, Tensor State)> step)
    {
        using var scope = new TensorScope();
        var reached = tokens.Select(-1, 0).Detach().ZerosLike();
        var (state, output, remainders, updates) = (tokens, tokens.ZerosLike(), reached, reached);
        for (var number = 0; number < _mostSteps && Goes(reached); number++)
        {
            (var probabilities, state) = step(state, number);
            var running = (reached < 1.0).To(reached.DType);
            var passes = (reached + probabilities * running > _threshold).To(reached.DType);
            var (halting, going) = (passes * running, (1 - passes) * running);
            reached = reached + probabilities * going;
            var left = halting * (1 - reached);
            (remainders, reached, updates) = (remainders + left, reached + left, updates + going + halting);
            var weight = (probabilities * going + left).Unsqueeze(-1);
            output = state * weight + output * (1 - weight);
        }

        return new HaltedTokens(scope.Keep(output), scope.Keep(remainders), scope.Keep(updates));
    }

    private bool Goes(Tensor reached) => (reached < _threshold).Any().Item<bool>();
}
