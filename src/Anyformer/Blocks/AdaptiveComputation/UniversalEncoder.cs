using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Blocks.AdaptiveComputation;

/// <summary>Options of <see cref="UniversalEncoder"/>.</summary>
public sealed record UniversalEncoderOptions
{
    /// <summary>Width of a token.</summary>
    [Description("width of a token"), Range(2, 65536)]
    public int Width { get; init; } = 512;

    /// <summary>Heads side by side.</summary>
    [Description("heads"), Range(1, 1024)]
    public int Heads { get; init; } = 8;

    /// <summary>Width of the queries and keys of all heads; null for that of a token.</summary>
    [Description("width of the queries and keys of all heads")]
    public int? KeyWidth { get; init; }

    /// <summary>Width of the values of all heads; null for that of a token.</summary>
    [Description("width of the values of all heads")]
    public int? ValueWidth { get; init; }

    /// <summary>Width of the hidden units of the transition.</summary>
    [Description("width of the hidden units of the transition"), Range(1, 1 << 20)]
    public int TransitionWidth { get; init; } = 2048;

    /// <summary>Steps: how often the block runs, at most where tokens halt by themselves.</summary>
    [Description("steps, at most where tokens halt by themselves"), Range(1, 1024)]
    public int Steps { get; init; } = 6;

    /// <summary>The sum of probabilities at which a token halts; null for the same number of steps for every token.</summary>
    [Description("the sum of probabilities at which a token halts"), Range(0.0, 1.0)]
    public double? HaltingThreshold { get; init; }

    /// <summary>Weight of the mean number of steps in the loss, where tokens halt.</summary>
    [Description("weight of the mean number of steps in the loss"), Range(0.0, 1e6)]
    public double PonderWeight { get; init; } = 1e-3;

    /// <summary>Probability of dropout on the output of each sublayer.</summary>
    [Description("probability of dropout"), Range(0.0, 1.0)]
    public double Dropout { get; init; }
}

/// <summary>
/// One block again and again, with the step told to the tokens, for as many steps as each token needs
/// (Universal Transformer: Dehghani, Gouws, Vinyals, Uszkoreit, Kaiser, ICLR 2019, arXiv 1807.03819).
/// Adds the mean number of steps to the auxiliary losses where tokens halt.
/// </summary>
[Formula(
    "H_0 = X W, H_(s+1) = block(H_s + P + R_s), Y = H_N",
    "block(Z) = M + g(norm(M)), M = Z + attention(norm(Z))",
    "g(Z) = relu(conv3(relu(conv3(Z))))",
    "with halting, Y is what adaptive-halting makes of the states, its probabilities σ(u·z + b) of every token z = H_s + P + R_s",
    Where = "H, Z, M: states, (batch, tokens, width); W: (width, width); P: sinusoids of places, (tokens, width); "
        + "R: sinusoids of steps, (steps, width); s: step, from 0; N: steps; g: transition, convolutions over three tokens; u: (width); "
        + "b: (1); z: one token, (width)")]
[Method("universal-transformer", "Universal Transformer", Family.AdaptiveComputation, 2019, System = "architectures",
    Paper = "Dehghani, Gouws, Vinyals, Uszkoreit, Kaiser, Universal Transformers, ICLR 2019, arXiv 1807.03819",
    Complexity = "O(steps · tokens²)")]
public sealed class UniversalEncoder : Module
{
    private readonly UniversalEncoderOptions _options;

    /// <summary>An encoder with fresh weights.</summary>
    /// <exception cref="UserException">A width is no multiple of the heads.</exception>
    public UniversalEncoder(UniversalEncoderOptions options)
    {
        _options = options;
        Projection = new Linear(options.Width, options.Width, bias: false);
        Block = new UniversalBlock(options);
        if (options.HaltingThreshold is null)
            return;
        Halting = new Linear(options.Width, 1);
        // Halting soon at first keeps the first steps of training cheap.
        Initialization.Constant(Halting.Bias!, 1);
    }

    private Linear Projection { get; }

    private UniversalBlock Block { get; }

    /// <summary>From a token to the logit of its halting; null where all take the same number of steps.</summary>
    private Linear? Halting { get; }

    /// <summary>The tokens after all steps, with how many each took.</summary>
    /// <param name="tokens">(batch, tokens, width), without positions: every step adds them.</param>
    /// <param name="mask">What attention may not see; the transition looks at its neighbours all the same.</param>
    public HaltedTokens Call(Tensor tokens, AttentionMask? mask = null)
    {
        using var scope = new TensorScope(this);
        Tensor Waves(long count) => Sinusoids.HalfSplit(Functional.Arange(count, device: tokens.Device), _options.Width).To(tokens.DType);
        var (places, steps) = (Waves(tokens.Size(1)), Waves(_options.Steps));
        var projected = Projection.Call(tokens);
        Tensor Told(Tensor state, int step) => state + (places + steps[step]);
        if (Halting is null)
        {
            var last = Enumerable.Range(0, _options.Steps).Aggregate(projected, (state, step) => Block.Call(Told(state, step), mask));
            var none = last.Select(-1, 0).Detach().ZerosLike();
            return new HaltedTokens(scope.Keep(last), scope.Keep(none), scope.Keep(none + _options.Steps));
        }

        var halted = new AdaptiveHalting(_options.HaltingThreshold!.Value, _options.Steps).Run(projected, (state, step) =>
        {
            var told = Told(state, step);
            return (Halting.Call(told).Sigmoid().Squeeze(-1), Block.Call(told, mask));
        });
        if (AuxiliaryLoss.IsCollecting)
            AuxiliaryLoss.Add(halted.Ponder * _options.PonderWeight);
        return new HaltedTokens(scope.Keep(halted.Output), scope.Keep(halted.Remainders), scope.Keep(halted.Updates));
    }
}
