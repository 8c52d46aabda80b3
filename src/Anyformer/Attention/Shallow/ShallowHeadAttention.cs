using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Shallow;

/// <summary>
/// A shallow network for each head: each reads the whole sentence and gives its head's context, then the heads are joined and projected as in attention
/// (ALSR in Bozic et al. 2023, Rethinking Attention, arXiv 2311.10642; ASLR in their text).
/// </summary>
[Formula(
    "Y = [N_1, N_2, ...] W_o + b_o, for each head N_h = U_h norm(leaky(V_h norm(r)))",
    Where = "r: the tokens of the sentence as one row, (tokens · width); N: context of head h, (tokens, d); V: (heads, hidden, tokens · width); U: (heads, tokens · d, hidden); b_o: (width)")]
[Method("shallow-head-attention", "Shallow network for each head (ALSR)", Family.Replacements, 2023,
    Paper = "Bozic, Dordevic, Coppola, Thommes, Singh, Rethinking Attention: Exploring Shallow Feed-Forward Neural Networks as an Alternative to Attention "
        + "Layers in Transformers, AAAI 2024, arXiv 2311.10642",
    Complexity = "O(tokens · hidden · heads), hidden a share of tokens", System = "shallow-ff-attention")]
[Claims(FixedTokens = true)]
public sealed class ShallowHeadAttention : TokenMixer, IAttentionStudent
{
    private const string Name = "A shallow network for each head";

    private readonly int _limit;
    private readonly int _heads;

    /// <summary>Networks with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public ShallowHeadAttention(TokenMixerShape shape, ShallowAttentionOptions options)
    {
        (_limit, _heads) = (Sentences.Limit(shape.Tokens), shape.Heads);
        var inputs = _limit * shape.Width;
        var (hidden, outputs) = (options.Size.HiddenOfHead(inputs), _limit * shape.HeadWidth);
        NormWeight = Initialization.Constant(Parameter.Empty(_heads, inputs), 1);
        NormBias = Initialization.Constant(Parameter.Empty(_heads, inputs), 0);
        HiddenWeight = Initialization.InverseFanIn(Parameter.Empty(_heads, hidden, inputs), inputs);
        HiddenBias = Initialization.InverseFanIn(Parameter.Empty(_heads, hidden), inputs);
        HiddenNormWeight = Initialization.Constant(Parameter.Empty(_heads, hidden), 1);
        HiddenNormBias = Initialization.Constant(Parameter.Empty(_heads, hidden), 0);
        OutputWeight = Initialization.InverseFanIn(Parameter.Empty(_heads, outputs, hidden), hidden);
        OutputBias = Initialization.InverseFanIn(Parameter.Empty(_heads, outputs), hidden);
        OutputProjection = new Linear(_heads * shape.HeadWidth, shape.Width);
    }

    private Parameter NormWeight { get; }

    private Parameter NormBias { get; }

    private Parameter HiddenWeight { get; }

    private Parameter HiddenBias { get; }

    private Parameter HiddenNormWeight { get; }

    private Parameter HiddenNormBias { get; }

    private Parameter OutputWeight { get; }

    private Parameter OutputBias { get; }

    private Linear OutputProjection { get; }

    Tensor IAttentionStudent.CallContexts(Tensor tokens, Tensor context, AttentionMask? mask)
    {
        using var scope = new TensorScope();
        return scope.Keep(Contexts(tokens, mask));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => OutputProjection.Call(Contexts(tokens, mask));

    private Tensor Contexts(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefuseCausal(Name);
        mask?.RefusePairs(Name);
        var rows = Normalized(Sentences.Flatten(tokens, mask?.Keys, _limit));
        // The heads differ in how they weigh the same normalised row, so those weights go into their maps, and all heads are one product.
        var map = (HiddenWeight * NormWeight.Unsqueeze(1)).Flatten(0, 1);
        var bias = HiddenBias + HiddenWeight.MatMul(NormBias.Unsqueeze(-1)).Squeeze(-1);
        var hidden = Functional.Linear(rows, map, bias.Flatten()).LeakyRelu().Unflatten(1, [_heads, -1]);
        var units = (Normalized(hidden) * HiddenNormWeight + HiddenNormBias).Transpose(0, 1);
        var heads = OutputBias.Unsqueeze(1).Baddbmm(units, OutputWeight.Transpose(1, 2));
        return Sentences.Masked(Joined(heads, tokens.Size(1)), mask?.Keys);
    }

    /// <summary>(heads, batch, limit · head width) to (batch, tokens, width).</summary>
    private Tensor Joined(Tensor heads, long tokens) =>
        heads.Unflatten(2, [_limit, -1]).Narrow(2, 0, tokens).Permute([1, 2, 0, 3]).Flatten(2);

    private static Tensor Normalized(Tensor rows) => Functional.LayerNorm(rows, [rows.Size(-1)], eps: ShallowNetwork.Epsilon);
}
