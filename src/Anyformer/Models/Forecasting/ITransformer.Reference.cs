using System.Globalization;
using System.Text.RegularExpressions;
using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Parity;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Models.Forecasting;

/// <summary>Cases of thuml/iTransformer: the model, and steps of its training loop.</summary>
[Reference("itransformer")]
internal sealed partial class ITransformerReference : ModelReference<ITransformer>
{
    public override ParityResult Run(ParityCase parity) => parity.Inputs.ContainsKey("y") ? TrainSteps(parity) : base.Run(parity);

    protected override ITransformer Build(ParityCase parity)
    {
        var config = parity.Config;
        config.WithoutEffect("factor", "class_strategy", "embed", "freq");
        var shape = new ForecastShape(config.Int("seq_len"), config.Int("pred_len"), 0, 0, 0, 1, false);
        return new ITransformer(shape, new ITransformerOptions
        {
            Width = config.Int("d_model"),
            Heads = config.Int("n_heads"),
            Layers = config.Int("e_layers"),
            FeedForwardWidth = config.Int("d_ff"),
            Dropout = config.Double("dropout"),
            Activation = config.String("activation") == "relu" ? "relu" : "gelu",
            WindowNorm = config.Bool("use_norm"),
        });
    }

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
        .Rename("embedding.{p}", "enc_embedding.value_embedding.{p}")
        .Rename("norm.{p}", "encoder.norm.{p}")
        .Rename("head.{p}", "projector.{p}")
        .EncoderBlocks("blocks.{i}", "encoder.attn_layers.{i}");

    protected override IReadOnlyDictionary<string, Tensor> Call(ITransformer module, ParityCase parity)
    {
        // Recording takes attention off its kernel: only a case that asks for maps may, so that the others check what users run.
        using var recorder = parity.Config.Bool("output_attention", false) ? new Recorder() : null;
        var outputs = new Dictionary<string, Tensor>
        {
            ["dec_out"] = module.Call(new ForecastInput(parity.Input("x_enc"), parity.OptionalInput("x_mark_enc"))),
        };
        foreach (var (i, map) in (recorder?.Named("weights") ?? []).Index())
            outputs[$"attn.{i}"] = map.Alias();
        return outputs;
    }

    /// <summary>Steps of Adam on one batch: the loss before each, and the parameters and the forecast after the last.</summary>
    private ParityResult TrainSteps(ParityCase parity)
    {
        parity.Config.WithoutEffect("output_attention");
        var module = BuildLoaded(parity);
        var (rate, beta1, beta2, epsilon) = AdamSettings(parity.Call);
        var optimizer = new Adam(module.Parameters(), new AdamOptions { LearningRate = rate, Beta1 = beta1, Beta2 = beta2, Epsilon = epsilon });
        var input = new ForecastInput(parity.Input("x_enc"), parity.OptionalInput("x_mark_enc"));
        var outputs = new Dictionary<string, Tensor>();
        for (var step = 0; parity.Outputs.ContainsKey($"loss.{step}"); step++)
        {
            var loss = module.Call(input).MseLoss(parity.Input("y"));
            outputs[$"loss.{step}"] = loss.Detach().Reshape([1]);
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
        }

        module.Eval();
        outputs["dec_out.after"] = module.Call(input);
        foreach (var (name, parameter) in Layout(parity).ToOfficial(module.StateDict()))
            outputs[$"after.{name}"] = parameter;
        return new ParityResult(outputs);
    }

    /// <summary>The case tells the optimiser's settings in the words of its call: <c>Adam(lr=1e-3, betas 0.9/0.999, eps 1e-8)</c>.</summary>
    private static (double Rate, double Beta1, double Beta2, double Epsilon) AdamSettings(string call)
    {
        var match = AdamCall().Match(call);
        if (!match.Success)
            throw new UserException($"The call '{call}' does not tell the settings of Adam.");
        double Number(int group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
        return (Number(1), Number(2), Number(3), Number(4));
    }

    [GeneratedRegex(@"Adam\(lr=([\d.e-]+), betas ([\d.e-]+)/([\d.e-]+), eps ([\d.e-]+)\)")]
    private static partial Regex AdamCall();
}
