using Anyformer.Modules;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Benchmarks.Works;

/// <summary>A training step by Adam.</summary>
internal static class TrainingStep
{
    internal static Action Of(Module model, Func<Tensor> loss)
    {
        var optimizer = new Adam(model.Parameters(), new AdamOptions { LearningRate = 1e-4 });
        return () =>
        {
            using var scope = new TensorScope();
            using var auxiliary = new AuxiliaryLoss();
            optimizer.ZeroGrad();
            var total = auxiliary.AddTo(loss());
            total.Backward();
            optimizer.Step();
            total.Item<double>();
        };
    }
}
