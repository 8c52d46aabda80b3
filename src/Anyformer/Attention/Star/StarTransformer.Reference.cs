using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Attention.Star;

/// <summary>Cases of the authors' encoder in fastNLP.</summary>
[Reference("star-transformer")]
internal sealed class StarTransformerReference : ModelReference<StarTransformer>
{
    protected override StarTransformer Build(ParityCase parity)
    {
        var config = parity.Config;
        var heads = config.Int("num_head");
        var shape = new TokenMixerShape(0, config.Int("hidden_size"), heads, config.Double("dropout"), heads * config.Int("head_dim"));
        return StarTransformer.Encoder(shape, new StarTransformerOptions
        {
            Layers = config.Int("num_layers"),
            Positions = config.Has("max_len") ? config.Int("max_len") : null,
        });
    }

    protected override StateDictLayout Layout(ParityCase parity)
    {
        var layout = new StateDictLayout().Rename("position_embedding", "pos_emb.weight").Rename("norms.{i}.{p}", "norm.{i}.{p}");
        foreach (var (own, official) in new[] { ("neighbours.{i}", "ring_att.{i}"), ("relays.{i}.attention", "star_att.{i}") })
            foreach (var (map, letter) in new[] { ("query", "Q"), ("key", "K"), ("value", "V"), ("output", "O") })
                layout.Unsqueeze($"{own}.{map}_projection.weight", $"{official}.W{letter}.weight", -1, -1)
                    .Rename($"{own}.{map}_projection.bias", $"{official}.W{letter}.bias");
        return layout;
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(StarTransformer module, ParityCase parity)
    {
        var (nodes, relay) = module.CallWithRelay(parity.Input("data"), AttentionMask.OfTokens(parity.Input("mask")));
        return new Dictionary<string, Tensor> { ["nodes"] = nodes, ["relay"] = relay };
    }
}
