using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Torch;
using Anyformer.Training;
using Anyformer.Training.Optimizers;

namespace Anyformer.Tests.Training.Optimizers;

public sealed class OptimizerTests
{
    private static readonly AdamOptions s_adam = new() { LearningRate = 0.03, Beta1 = 0.8, Beta2 = 0.99, Epsilon = 1e-6, WeightDecay = 0.1 };

    /// <summary>Where six steps of PyTorch's optimisers (with foreach=False) lead, in double precision.</summary>
    public static TheoryData<string, double[]> Known => new()
    {
        { "sgd", [0.40491602871297017, -0.9058711236533399, 1.4468547928151498, 0.6968887385072486, -0.3854994592389546, 0.20257547482820296, 2.2435472563606482] },
        { "momentum", [0.0769504546956848, -0.04273138163832789, 0.8340720018636542, 0.3446692481308268, -0.3573699876961702, -0.285822103738264, 0.6027919954607208] },
        { "nesterov", [0.14289967730889896, 0.011880577351897867, 0.5048381095496963, 0.13609779435987504, -0.2886217128623922, -0.15280476221048778, 0.49115011460079894] },
        { "decay", [0.05867329764946779, 0.03127138774219879, 0.698239686148663, 0.2704564510464727, -0.32722629355212046, -0.28786360983680587, 0.43489565651032075] },
        { "adam", [0.4691014721214106, -1.1993732612221786, 1.949988397462286, 0.9971633040703689, -0.4833574366808097, 0.21001120485937602, 2.945285187421341] },
        { "adam-decay", [0.4158073801228154, -1.0918508333843182, 1.8325675765576204, 0.9645041967131891, -0.4485297735739718, 0.13940588655154765, 2.8379175668461807] },
        { "adamw", [0.4139169354075374, -1.0766058160322969, 1.811606113503033, 0.9600614600977674, -0.4497406644492375, 0.13806661540438966, 2.7902496754685497] },
    };

    public static TheoryData<string> Kinds => [.. Known.Select(row => (string)row[0])];

    [Theory]
    [MemberData(nameof(Known))]
    public void LeadsWherePyTorchsDoes(string kind, double[] expected)
    {
        foreach (var (type, tolerance) in new[] { (DType.Float64, 1e-13), (DType.Float32, 1e-6) })
        {
            var parameters = Parameters(type);
            Run(Create(kind, parameters), from: 0, to: 6);
            Tensors.AssertClose(expected, Functional.Cat([.. parameters.Select(parameter => parameter.Flatten())]), tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ASavedStateGoesOnTheSameWay(string kind)
    {
        var whole = Parameters(DType.Float32);
        Run(Create(kind, whole), 0, 6);

        var first = Parameters(DType.Float32);
        var optimizer = Create(kind, first);
        Run(optimizer, 0, 3);
        Parameter[] second = [.. first.Select(parameter => new Parameter(parameter.Detach().Clone()))];
        var resumed = Create(kind, second);
        resumed.Load(optimizer.StateDict());
        Run(optimizer, 3, 5);
        Run(resumed, 3, 6);
        Assert.Equal(6, resumed.StepCount);
        for (var i = 0; i < whole.Length; i++)
            Tensors.AssertSame(whole[i], second[i]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AParameterWithoutGradientStaysAndKeepsNoState(string kind)
    {
        var parameters = Parameters(DType.Float32);
        var before = parameters[1].Numbers();
        var optimizer = Create(kind, parameters);
        parameters[0].Grad = Functional.Ones([3]);
        optimizer.Step();
        Assert.Equal(before, parameters[1].Numbers());
        Assert.NotEqual([0.5, -1.25, 2.0], parameters[0].Numbers());
        Assert.DoesNotContain(optimizer.StateDict().Keys, name => name.EndsWith(".1", StringComparison.Ordinal));
    }

    /// <summary>Sizes that end within a register, and more elements than one thread takes at a time.</summary>
    [Theory]
    [InlineData("adam", 1, 7, 40_001)]
    [InlineData("adam-decay", 33, 65_536, 2)]
    [InlineData("adamw", 70_003, 5, 16)]
    public void TheKernelStepsAsTheOperatorsDo(string kind, params int[] sizes)
    {
        Parameter[] Fresh() => [.. sizes.Select((size, i) => new Parameter(Wave(size, i)))];
        var (ours, theirs) = (Fresh(), Fresh());
        var (kernel, composed) = ((Adam)Create(kind, ours), (Adam)Create(kind, theirs));
        Tensor[] mean = [.. theirs.Select(parameter => parameter.Detach().ZerosLike())], square = [.. mean.Select(zeros => zeros.Clone())];
        for (var step = 1; step <= 3; step++)
        {
            Tensor[] gradients = [.. sizes.Select((size, i) => Wave(size, i + 10 * step))];
            foreach (var (parameter, gradient) in ours.Zip(gradients))
                parameter.Grad = gradient;
            kernel.Step();
            composed.Step(); // Without gradients it only counts.
            using (Autograd.NoGrad())
                composed.Compose([.. theirs], gradients, mean, square);
        }

        for (var i = 0; i < ours.Length; i++)
            Tensors.AssertClose(theirs[i].Numbers(), ours[i], 1e-6);
    }

    [Fact]
    public void ZeroGradForgets()
    {
        var parameters = Parameters(DType.Float32);
        var optimizer = Create("sgd", parameters);
        parameters[0].Grad = Functional.Ones([3]);
        optimizer.ZeroGrad();
        optimizer.Step();
        Assert.Null(parameters[0].Grad);
        Assert.Equal([0.5, -1.25, 2.0], parameters[0].Numbers());
    }

    [Fact]
    public void TheRecipeChoosesAndSets()
    {
        var parameters = Parameters(DType.Float32);
        var options = new TrainingSection { LearningRate = 0.5, Momentum = 0.7, Betas = [0.6, 0.9] };
        var sgd = Assert.IsType<Sgd>(OptimizerFactory.Create(parameters, options with { Optimizer = OptimizerKind.Sgd }));
        Assert.Equal((0.5, 0.7), (sgd.LearningRate, sgd.Momentum));
        Assert.Equal(0.6, Assert.IsType<Adam>(OptimizerFactory.Create(parameters, options)).Momentum);
        Assert.IsType<AdamW>(OptimizerFactory.Create(parameters, options with { Optimizer = OptimizerKind.AdamW }));
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd)]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.AdamW)]
    public void OfMatricesAloneVectorsAreNotPulled(OptimizerKind kind)
    {
        Parameter[] Moved(double decay, DecayedWeights decayed)
        {
            var parameters = Parameters(DType.Float64);
            Run(OptimizerFactory.Create(parameters, new TrainingSection { Optimizer = kind, LearningRate = 0.1, WeightDecay = decay, DecayedWeights = decayed }), 0, 2);
            return parameters;
        }

        var (free, all, matrices) = (Moved(0, DecayedWeights.Matrices), Moved(0.3, DecayedWeights.All), Moved(0.3, DecayedWeights.Matrices));
        Assert.Equal(free[0].Numbers(), matrices[0].Numbers());
        Assert.NotEqual(all[0].Numbers(), matrices[0].Numbers());
        Assert.Equal(all[1].Numbers(), matrices[1].Numbers());
    }

    [Fact]
    public void AStateOfAnotherTrainingIsRefused()
    {
        var parameters = Parameters(DType.Float32);
        var (adam, sgd) = (Create("adam", parameters), Create("momentum", parameters));
        Run(adam, 0, 1);
        Run(sgd, 0, 1);
        Assert.Equal("The optimiser's state has no entry 'steps'.", Message(() => adam.Load(new Dictionary<string, Tensor>())));
        Assert.Equal("The optimiser's state has an entry 'mean.0', which Sgd of 2 parameters does not keep.", Message(() => sgd.Load(adam.StateDict())));
        Assert.Equal("The optimiser's state has an entry 'mean.1', which Adam of 1 parameters does not keep.",
            Message(() => Create("adam", parameters[..1]).Load(adam.StateDict())));
        Assert.Equal("The optimiser's state 'mean.0' has shape [3], expected [2, 2].",
            Message(() => Create("adam", [parameters[1], parameters[0]]).Load(adam.StateDict())));
    }

    private static string Message(Action act) => Assert.Throws<UserException>(act).Message;

    private static Parameter[] Parameters(DType type) =>
        [new(Tensor.From([0.5, -1.25, 2.0]).To(type)), new(Tensor.From(new[,] { { 1.0, -0.5 }, { 0.25, 3.0 } }).To(type))];

    /// <summary>Steps along <c>cos(i + t) + p / 2</c>, i being the place of the element among all, t the step.</summary>
    private static void Run(Optimizer optimizer, int from, int to)
    {
        for (var step = from; step < to; step++)
        {
            var place = 0;
            foreach (var parameter in optimizer.Parameters)
            {
                var waves = Functional.Arange(place, place + parameter.ElementCount, dtype: DType.Float64) + step;
                parameter.Grad = waves.Cos().Reshape(parameter.Shape).To(parameter.DType) + parameter.Detach() * 0.5;
                place += (int)parameter.ElementCount;
            }

            optimizer.Step();
        }
    }

    private static Optimizer Create(string kind, Parameter[] parameters) => kind switch
    {
        "sgd" => new Sgd(parameters, new SgdOptions { LearningRate = 0.1 }),
        "momentum" => new Sgd(parameters, new SgdOptions { LearningRate = 0.1, Momentum = 0.9 }),
        "nesterov" => new Sgd(parameters, new SgdOptions { LearningRate = 0.1, Momentum = 0.9, Nesterov = true }),
        "decay" => new Sgd(parameters, new SgdOptions { LearningRate = 0.1, Momentum = 0.9, WeightDecay = 0.05 }),
        "adam" => new Adam(parameters, new AdamOptions { LearningRate = 0.01 }),
        "adam-decay" => new Adam(parameters, s_adam),
        _ => new AdamW(parameters, s_adam),
    };

    private static Tensor Wave(int size, int phase) => Tensor.From(Enumerable.Range(0, size).Select(i => MathF.Sin(0.7f * i + phase)).ToArray());
}
