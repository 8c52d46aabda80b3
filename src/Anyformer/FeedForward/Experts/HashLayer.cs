using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.FeedForward.Experts;

/// <summary>Options of <see cref="HashLayer"/>.</summary>
public sealed record HashLayerOptions
{
    /// <summary>Experts side by side.</summary>
    [Description("experts side by side"), Range(1, 1 << 16)]
    public int Experts { get; init; } = 8;

    /// <summary>Entries of the table from ids to experts; ids beyond it begin anew at its start.</summary>
    [Description("entries of the table from ids to experts; ids beyond begin anew at its start"), Range(1, 1 << 24)]
    public int Vocabulary { get; init; } = 1 << 16;

    /// <summary>The seed of the table: layers with the same seed send a token to experts of the same number.</summary>
    [Description("seed of the table; layers of the same seed send a token to experts of the same number")]
    public int Seed { get; init; }

    /// <summary>The activation of the experts, by its name.</summary>
    [Description("activation of the experts")]
    public string Activation { get; init; } = "relu";
}

/// <summary>
/// Every token meets the expert that a fixed random table gives its id: no router, no weight, no loss (Roller et al., NeurIPS 2021,
/// arXiv 2106.04426). The ids come of the host (<see cref="TokenContext"/>); where nobody knows any, the place of a token in its sample stands
/// for its id, the position hash of the paper's section 3.1.
/// </summary>
[Formula("y = E_(table(id))(x)", Where = "E: feed-forward network of an expert")]
[Method("hash-layer", "Hash layers", Family.Experts, 2021,
    Paper = "Roller, Sukhbaatar, Szlam, Weston, Hash Layers For Large Sparse Models, NeurIPS 2021, arXiv 2106.04426", Complexity = "O(tokens)",
    System = "feed-forward")]
public sealed class HashLayer : ChannelMixer
{
    /// <summary>A hash layer as a part of a host.</summary>
    /// <exception cref="UserException">No such activation.</exception>
    public HashLayer(ChannelMixerShape shape, HashLayerOptions options)
    {
        Experts = new ExpertNetworks(options.Experts, shape.Width, shape.HiddenWidth, Activations.Named(options.Activation), shape.Dropout, bias: true);
        Table = Tensor.From(Draw(options)).OutliveScopes();
    }

    private ExpertNetworks Experts { get; }

    /// <summary>(vocabulary): the expert of every id; the seed gives it, so checkpoints need not.</summary>
    [Buffer(Persistent = false)]
    internal Tensor Table { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var (count, width) = (input.Size(-2), input.Size(-1));
        var tokens = input.Reshape([-1, width]);
        var ids = TokenContext.IdsOf(input) ?? Functional.Arange(count, device: input.Device).Repeat([tokens.Size(0) / count]);
        var experts = Table.IndexSelect(0, ids.Remainder(Table.Size(0))).Unsqueeze(-1);
        Recorder.Record(this, "experts", experts);
        return Experts.Call(tokens, new ExpertRoute(experts)).View(input.Shape);
    }

    private static long[] Draw(HashLayerOptions options)
    {
        var random = new Random(options.Seed);
        return [.. Enumerable.Range(0, options.Vocabulary).Select(_ => random.NextInt64(options.Experts))];
    }
}
