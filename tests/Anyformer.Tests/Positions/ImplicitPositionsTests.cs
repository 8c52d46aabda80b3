using Anyformer.Attention;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Tests.Positions;

/// <summary>Flows, waves and recurrences.</summary>
public sealed class ImplicitPositionsTests
{
    [Fact]
    public void AFlowWhoseSlopeIsTheTimeIsAParabola()
    {
        using var scope = new TensorScope();
        var floater = new FloaterPositions(2, [3], new FloaterPositionsOptions { Step = 0.5 });
        var start = floater.StateDict()["start"].Numbers();
        floater.Load(new Dictionary<string, Tensor>
        {
            ["start"] = floater.StateDict()["start"],
            ["hidden.weight"] = Functional.Zeros([2, 3]),
            ["hidden.bias"] = Functional.Zeros([2]),
            ["output.weight"] = Tensor.From([0f, 0, 1, 0, 0, 2], 2, 3),
            ["output.bias"] = Functional.Zeros([2]),
        });
        var expected = Enumerable.Range(0, 4).SelectMany(place => start.Select((value, i) => value + place * place * (i % 2 == 0 ? 0.125 : 0.25)));
        var path = floater.Path(4);
        Assert.Equal([4L, 3, 2], path.Shape);
        Tensors.AssertClose([.. expected], path, 1e-6);
    }

    [Fact]
    public void AFlowThatGrowsByItselfIsAnExponential()
    {
        using var scope = new TensorScope();
        var floater = new FloaterPositions(1, [], new FloaterPositionsOptions { Step = 0.1 });
        floater.Load(new Dictionary<string, Tensor>
        {
            ["start"] = Functional.Ones([1]),
            ["hidden.weight"] = Tensor.From([1f, 0], 1, 2),
            ["hidden.bias"] = Functional.Zeros([1]),
            ["output.weight"] = Tensor.From([2f, 0], 1, 2),
            ["output.bias"] = Functional.Zeros([1]),
        });
        Tensors.AssertClose([1, Math.Exp(0.2), Math.Exp(0.4)], floater.Path(3), 1e-6);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AWordIsAWaveOverPositions(bool shared)
    {
        using var scope = new TensorScope();
        var embedding = new ComplexEmbedding(5, 2, shared);
        var state = embedding.StateDict();
        var (amplitude, frequency, phase) = (state["amplitude.weight"].Numbers(), state["frequency.weight"].Numbers(), state["phase.weight"].Numbers());
        var (real, imaginary) = embedding.Call(Tensor.From<long>([3], 1, 1), Tensor.From<long>([7], 1, 1));
        double Angle(int element) => 7 * frequency[shared ? 3 : 6 + element] + phase[6 + element];
        Tensors.AssertClose([amplitude[6] * Math.Cos(Angle(0)), amplitude[7] * Math.Cos(Angle(1))], real);
        Tensors.AssertClose([amplitude[6] * Math.Sin(Angle(0)), amplitude[7] * Math.Sin(Angle(1))], imaginary);
    }

    [Fact]
    public void ALocalRecurrenceReadsTheLastTokensAfterZeros()
    {
        using var scope = new TensorScope();
        var recurrence = new LocalRecurrence(new TokenMixerShape(0, 1, 1), new LocalRecurrenceOptions { Window = 2, Cell = RecurrentCell.Tanh });
        var weights = recurrence.Parameters().Select(parameter => parameter.Numbers()[0]).ToArray();
        double Cell(double input, double state) => Math.Tanh(weights[0] * input + weights[2] + weights[1] * state + weights[3]);
        var mixed = recurrence.Call(Tensor.From([2f, -1, 0.5f], 1, 3, 1));
        Tensors.AssertClose([Cell(2, Cell(0, 0)), Cell(-1, Cell(2, 0)), Cell(0.5, Cell(-1, 0))], mixed, 1e-6);
    }

    [Theory]
    [InlineData(RecurrentCell.Gru)]
    [InlineData(RecurrentCell.Lstm)]
    [InlineData(RecurrentCell.Tanh)]
    public void GradientsOfABlockAreSlopesAndStayInThePast(RecurrentCell cell)
    {
        var block = new RTransformerBlock(new TokenMixerShape(0, 4, 2), new LocalRecurrenceOptions { Window = 3, Cell = cell }, recurrences: 2);
        block.To(DType.Float64);
        var tokens = Tensors.Normal64(1, 1, 5, 4);
        tokens.RequiresGrad = true;
        FiniteDifferences.AssertGradients([tokens, .. block.Parameters()], () => block.Call(tokens)[.., 2].Square().Sum(), 1e-6);
        Assert.All(tokens.Grad![.., 3..].Numbers(), gradient => Assert.Equal(0, gradient));
    }
}
