using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Attention.HeadInteractions;

/// <summary>Options of <see cref="GroupedQueryAttention"/>.</summary>
public sealed record GroupedQueryAttentionOptions
{
    /// <summary>Groups of heads, each with the same keys and values; the heads are a multiple.</summary>
    [Description("groups of heads that share keys and values"), Range(1, 1024)]
    public int Groups { get; init; } = 2;
}

/// <summary>
/// Multi-head attention whose heads share keys and values in groups of neighbours (Ainslie et al., EMNLP 2023, arXiv 2305.13245); projections have no
/// bias.
/// </summary>
[Formula(
    "Y = [softmax(Q_a K_gᵀ / √d) V_g for each head a] W_o, g = floor(a G / h)",
    Where = "K, V: (batch, groups, tokens, d); a: head; g: its group; G: groups")]
[Claims(Causal = true)]
[Method("grouped-query", "Grouped-query attention", Family.HeadInteractions, 2023, System = "head-interactions",
    Paper = "Ainslie, Lee-Thorp, de Jong, Zemlyanskiy, Lebron, Sanghai, GQA: Training Generalized Multi-Query Transformer Models from Multi-Head "
        + "Checkpoints, EMNLP 2023, arXiv 2305.13245",
    Complexity = "O(tokens²), with keys and values of groups instead of heads", Aliases = ["gqa"])]
public sealed class GroupedQueryAttention : SharedHeadsAttention
{
    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads, or the heads none of the groups.</exception>
    public GroupedQueryAttention(TokenMixerShape shape, GroupedQueryAttentionOptions options)
        : this(shape.Width, new HeadSizes(shape.Heads, options.Groups, shape.HeadWidth, shape.HeadWidth), BuildFunction(shape, shape.HeadWidth)) { }

    internal GroupedQueryAttention(int width, HeadSizes sizes, AttentionFunction function) : base(width, sizes, function) { }

    /// <summary>The projection of groups that training goes on from: the mean of those of their heads.</summary>
    /// <param name="projection">The key or value projection of multi-head attention, (heads · head width, width).</param>
    /// <param name="heads">Its heads.</param>
    /// <param name="groups">The groups.</param>
    /// <returns>(groups · head width, width).</returns>
    /// <exception cref="UserException">The heads are no multiple of the groups.</exception>
    public static Tensor MeanOfHeads(Tensor projection, int heads, int groups)
    {
        if (heads % groups != 0)
            throw new UserException($"The heads must be a multiple of the groups, found {heads} heads and {groups} groups.");
        using var scope = new TensorScope();
        return scope.Keep(projection.Unflatten(0, [groups, heads / groups, -1]).Mean([1]).Flatten(0, 1));
    }
}
