using Anyformer.Modules;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tests.Training;

/// <summary>A small network learns a smooth function of three numbers; samples are shuffled anew every epoch.</summary>
internal sealed class RegressionJob : TrainingJob
{
    private const int Samples = 48;
    private const int Seed = 5;

    private readonly Network _network;
    private readonly Tensor _inputs = Tensors.Normal(1, Samples, 3);
    private readonly Tensor _targets;
    private readonly Tensor _validationInputs = Tensors.Normal(2, 16, 3);
    private Tensor _order = Functional.Arange(Samples);

    public RegressionJob(int batchSize = 8, double dropout = 0, long weightSeed = 1)
    {
        BatchSize = batchSize;
        TorchRuntime.ManualSeed(weightSeed);
        _network = new Network(dropout);
        _targets = Target(_inputs);
    }

    public override Module Model => _network;

    public override int BatchCount => Samples / BatchSize;

    public override int BatchSize { get; }

    public override IReadOnlyDictionary<string, string> Metadata => new Dictionary<string, string> { ["task"] = "regression" };

    /// <summary>Replaces what the validation of each epoch finds, the first epoch first.</summary>
    public Queue<double>? Script { get; init; }

    /// <summary>What the modules of the model saw: training or not, and the type of the output.</summary>
    public List<(bool IsTraining, bool IsRecording, DType Output)> Calls { get; } = [];

    public override void BeginEpoch(int epoch)
    {
        using var generator = new Generator(Seed + epoch);
        _order = Functional.RandPerm(Samples, generator);
    }

    public override Tensor Loss(int batch)
    {
        using var scope = new TensorScope();
        var picked = _order[(batch * BatchSize)..((batch + 1) * BatchSize)];
        var output = _network.Call(_inputs[picked]);
        Calls.Add((_network.IsTraining, Autograd.IsRecording, output.DType));
        return scope.Keep(output.To(DType.Float32).MseLoss(_targets[picked]));
    }

    public override IReadOnlyDictionary<string, double> Validate()
    {
        using var scope = new TensorScope();
        var output = _network.Call(_validationInputs);
        Calls.Add((_network.IsTraining, Autograd.IsRecording, output.DType));
        var loss = output.MseLoss(Target(_validationInputs)).Item<double>();
        return new Dictionary<string, double> { ["loss"] = Script?.Dequeue() ?? loss };
    }

    private static Tensor Target(Tensor inputs) => (inputs[.., ..1] * 2).Sin() + inputs[.., 1..2];

    private sealed class Network(double dropout) : TensorModule
    {
        private Linear Hidden { get; } = new(3, 16);

        private Dropout Dropout { get; } = new(dropout);

        private Linear Output { get; } = new(16, 1);

        protected override Tensor Forward(Tensor input) => Output.Call(Dropout.Call(Hidden.Call(input).Tanh()));
    }
}
