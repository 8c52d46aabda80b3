using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Attention.LowRank;

/// <summary>Cases after the equations of the paper; the authors' code was not run for them.</summary>
[Reference("synthesizer")]
internal sealed class SynthesizerReference : ModelReference<Synthesizer>
{
    protected override Synthesizer Build(ParityCase parity)
    {
        var config = parity.Config;
        var shape = new TokenMixerShape(config.Int("max_length"), config.Int("d_model"), config.Int("num_heads"));
        return new Synthesizer(shape, new SynthesizerOptions
        {
            Maps = new(Variants(config).Select(Kind)),
            Rank = config.Int("k", 8),
            TiledLength = config.Has("a") ? config.Int("a") : null,
            RepeatedLength = config.Has("b") ? config.Int("b") : null,
            TrainableRandom = config.Bool("trainable_random", true),
        });
    }

    protected override StateDictLayout Layout(ParityCase parity)
    {
        var layout = new StateDictLayout()
            .Rename("value_projection.{p}", "value.{p}")
            .Rename("output_projection.{p}", "out.{p}");
        foreach (var (i, variant) in Variants(parity.Config).Index())
            foreach (var (own, official) in Names(Kind(variant)))
                layout.Rename($"maps.{i}.{own}", official);
        return layout;
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(Synthesizer module, ParityCase parity)
    {
        var mask = new AttentionMask { IsCausal = parity.Config.Bool("causal", false), Keys = parity.OptionalInput("mask") };
        return new Dictionary<string, Tensor> { ["y"] = module.Call(parity.Input("x"), mask) };
    }

    private static IEnumerable<string> Variants(ReferenceConfig config) =>
        config.Json("variant").EnumerateArray().Select(variant => variant.GetString()!);

    private static Synthesis Kind(string variant) => variant switch
    {
        "dense" => Synthesis.Dense,
        "factorized_dense" => Synthesis.FactorizedDense,
        "random" => Synthesis.Random,
        "factorized_random" => Synthesis.FactorizedRandom,
        "vanilla" => Synthesis.DotProduct,
        _ => throw new UserException($"The variant '{variant}' of the case is unknown."),
    };

    private static (string Own, string Official)[] Names(Synthesis kind) => kind switch
    {
        Synthesis.Dense => [("hidden.{p}", "dense_syn.{p}"), ("weight", "dense_syn_len"), ("bias", "dense_syn_len_bias")],
        Synthesis.FactorizedDense => [("tiled.{p}", "fdense_a.{p}"), ("repeated.{p}", "fdense_b.{p}")],
        Synthesis.Random => [("table", "random")],
        Synthesis.FactorizedRandom => [("rows", "random1"), ("columns", "random2")],
        _ => [("query_projection.{p}", "query.{p}"), ("key_projection.{p}", "key.{p}")],
    };
}
