using Anyformer.Attention;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>A block of the authors' code.</summary>
internal sealed class RTransformerReference : ModelReference<RTransformerBlock>
{
    protected override RTransformerBlock Build(ParityCase parity)
    {
        var (config, width) = (parity.Config, parity.Config.Int("input_dim"));
        config.WithoutEffect("dropout");
        if (config.Int("output_dim") != width)
            throw new UserException($"A block of R-Transformer keeps its width, found input_dim {width} and output_dim {config.Int("output_dim")}.");
        var cell = config.String("rnn_type") switch { "GRU" => RecurrentCell.Gru, "LSTM" => RecurrentCell.Lstm, _ => RecurrentCell.Tanh };
        return new RTransformerBlock(
            new TokenMixerShape(0, width, config.Int("h")), new LocalRecurrenceOptions { Window = config.Int("ksize"), Cell = cell }, config.Int("N"));
    }

    protected override StateDictLayout Layout(ParityCase parity)
    {
        var layout = new StateDictLayout()
            .Rename("recurrences.{i}.input_weight", "layers.{i}.local_rnn.rnn.weight_ih_l0")
            .Rename("recurrences.{i}.state_weight", "layers.{i}.local_rnn.rnn.weight_hh_l0")
            .Rename("recurrences.{i}.input_bias", "layers.{i}.local_rnn.rnn.bias_ih_l0")
            .Rename("recurrences.{i}.state_bias", "layers.{i}.local_rnn.rnn.bias_hh_l0")
            .Unused("layers.{i}.local_rnn.output.0.{p}")
            .Rename("block.mixer.query_projection.{p}", "pooling.linears.0.{p}")
            .Rename("block.mixer.key_projection.{p}", "pooling.linears.1.{p}")
            .Rename("block.mixer.value_projection.{p}", "pooling.linears.2.{p}")
            .Rename("block.mixer.output_projection.{p}", "pooling.linears.3.{p}")
            .Rename("block.feed_forward.hidden.{p}", "feed_forward.w_1.{p}")
            .Rename("block.feed_forward.output.{p}", "feed_forward.w_2.{p}");
        Norm(layout, "recurrence_wirings.{i}", "layers.{i}.connection");
        Norm(layout, "block.mixer_wiring", "connections.0");
        Norm(layout, "block.feed_forward_wiring", "connections.1");
        return layout;
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(RTransformerBlock module, ParityCase parity) =>
        PositionsReference.Output(module.Call(parity.Input("x")));

    private static void Norm(StateDictLayout layout, string own, string official) =>
        layout.Rename($"{own}.norm.weight", $"{official}.norm.a_2").Rename($"{own}.norm.bias", $"{official}.norm.b_2");
}
