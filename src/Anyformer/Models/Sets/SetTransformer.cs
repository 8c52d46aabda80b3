using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Attention.Memory;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Sets;

/// <summary>Options of <see cref="SetTransformer"/>; the defaults are those of the authors' code.</summary>
public sealed record SetTransformerOptions
{
    /// <summary>The published sizes.</summary>
    public static IReadOnlyDictionary<string, SetTransformerOptions> Presets { get; } = new Dictionary<string, SetTransformerOptions>
    {
        ["clustering"] = new(),
        ["point-clouds"] = new() { InducingPoints = 16, Width = 256, Norm = true },
    };

    /// <summary>Learned points through which the elements see each other.</summary>
    [Description("learned points through which the elements see each other"), Range(1, 65536)]
    public int InducingPoints { get; init; } = 32;

    /// <summary>Width of an element inside.</summary>
    [Description("width of an element inside"), Range(1, 65536)]
    public int Width { get; init; } = 128;

    /// <summary>Attention heads.</summary>
    [Description("attention heads"), Range(1, 1024)]
    public int Heads { get; init; } = 4;

    /// <summary>Whether every part ends in a layer normalisation.</summary>
    [Description("layer normalisation at the end of every part")]
    public bool Norm { get; init; }
}

/// <summary>
/// A set of vectors to a fixed number of vectors, whatever the order of the set: two induced set attention blocks, pooling by attention, two set
/// attention blocks, a linear map (Lee et al., ICML 2019, arXiv 1810.00825, section 3.3).
/// </summary>
[Formula(
    "Z = isab(isab(X)), Y = sab(sab(mab(S, Z))) W",
    "isab, mab of set-transformer; sab(A) = mab(A, A)",
    Where = "X: (batch, elements, input width); Z: (batch, elements, width); S: seeds, learned, (outputs, width); A: a set; "
        + "W: (width, output width); Y: (batch, outputs, output width)")]
[Method("set-transformer-encoder", "Set Transformer model", Family.SetModels, 2019, System = "set-transformer",
    Paper = "Lee, Lee, Kim, Kosiorek, Choi, Teh, Set Transformer: A Framework for Attention-based Permutation-Invariant Neural Networks, ICML 2019, arXiv 1810.00825",
    Complexity = "O(points · elements)")]
public sealed class SetTransformer : Module
{
    /// <summary>A model with fresh weights.</summary>
    /// <param name="inputWidth">Width of an element.</param>
    /// <param name="outputs">Vectors of the result.</param>
    /// <param name="outputWidth">Width of each.</param>
    /// <param name="options">The sizes inside.</param>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public SetTransformer(int inputWidth, int outputs, int outputWidth, SetTransformerOptions options)
    {
        var (width, heads) = (options.Width, options.Heads);
        var induced = new InducedSetAttentionOptions { InducingPoints = options.InducingPoints, Norm = options.Norm };
        Encoder = ModuleList<InducedSetAttention>.Of(2,
            i => new InducedSetAttention(i == 0 ? inputWidth : width, new TokenMixerShape(0, width, heads), induced));
        Pooling = new AttentionPooling(width, heads, outputs, options.Norm);
        Decoder = ModuleList<SetAttentionBlock>.Of(2, _ => new SetAttentionBlock(width, width, width, heads, options.Norm));
        Head = new Linear(width, outputWidth);
    }

    private ModuleList<InducedSetAttention> Encoder { get; }

    private AttentionPooling Pooling { get; }

    private ModuleList<SetAttentionBlock> Decoder { get; }

    private Linear Head { get; }

    /// <summary>The vectors that the sets are mapped to, (batch, outputs, output width).</summary>
    /// <param name="sets">(batch, elements, input width).</param>
    /// <param name="real">True at elements, false at padding of smaller sets, (batch, elements); null when there is no padding.</param>
    public Tensor Call(Tensor sets, Tensor? real = null)
    {
        using var scope = new TensorScope(this);
        var mask = real is null ? null : AttentionMask.OfTokens(real);
        var encoded = Encoder.Aggregate(sets, (elements, block) => block.Call(elements, mask));
        var decoded = Decoder.Aggregate(Pooling.Call(encoded, mask), (vectors, block) => block.Call(vectors, vectors));
        return scope.Keep(Head.Call(decoded));
    }
}
