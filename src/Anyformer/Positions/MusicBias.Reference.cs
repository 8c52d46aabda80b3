using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>The equations of the Music Transformer; the vectors of distances are an input.</summary>
internal sealed class MusicReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        var (queries, keys, vectors) = (parity.Input("q"), parity.Input("k"), parity.Input("E_r"));
        var shape = new AttentionShape((int)vectors.Size(0), parity.Config.Int("head_dim"), Tokens: parity.Config.Int("length"));
        var bias = new MusicBias(shape, new MusicBiasOptions());
        bias.Load(new Dictionary<string, Tensor> { ["distances"] = vectors });
        foreach (var name in parity.Gradients.Keys.Where(name => name != "input.E_r"))
            parity.Input(name["input.".Length..]).RequiresGrad = true;
        var outputs = new Dictionary<string, Tensor>
        {
            ["relative"] = bias.RelativeScores(queries, keys.Size(2)),
            ["out"] = new ModifiedAttention([bias]).Call(queries, keys, parity.Input("v"), AttentionMask.Causal),
        };
        Autograd.Backward([.. outputs.Values], [.. outputs.Keys.Select(name => parity.Input($"probe.{name}"))]);
        var gradients = parity.Inputs.Where(input => input.Value.Grad is not null).ToDictionary(input => $"input.{input.Key}", input => input.Value.Grad!);
        gradients["input.E_r"] = bias.Parameters().Single().Grad!;
        return new ParityResult(outputs, gradients);
    }
}
