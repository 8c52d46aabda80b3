using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>Cases of cure-lab/LTSF-Linear, <c>models/DLinear.py</c>.</summary>
[Reference("dlinear")]
internal sealed class DLinearReference : ModelReference<DLinear>
{
    protected override DLinear Build(ParityCase parity)
    {
        var config = parity.Config;
        var shape = new ForecastShape(config.Int("seq_len"), config.Int("pred_len"), 0, config.Int("enc_in"), 0, 1, false);
        return new DLinear(shape, new DLinearOptions { Individual = config.Bool("individual") });
    }

    protected override StateDictLayout Layout(ParityCase parity)
    {
        if (!parity.Config.Bool("individual"))
            return new StateDictLayout().Rename("seasonal.{p}", "Linear_Seasonal.{p}").Rename("trend.{p}", "Linear_Trend.{p}");
        var variates = parity.Config.Int("enc_in");
        return new StateDictLayout()
            .Unstack("seasonal.{p}", "Linear_Seasonal.{n}.{p}", variates)
            .Unstack("trend.{p}", "Linear_Trend.{n}.{p}", variates);
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(DLinear module, ParityCase parity) =>
        new Dictionary<string, Tensor> { ["out"] = module.Call(new ForecastInput(parity.Input("x"))) };
}
