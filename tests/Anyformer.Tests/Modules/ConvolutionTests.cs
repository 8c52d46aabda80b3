using Anyformer.Modules;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Modules;

public sealed class ConvolutionTests
{
    private static readonly Gen<Sizes> s_sizes =
        from groups in Gen.Choose(1, 3)
        from channels in Gen.Choose(1, 2).Two()
        from kernel in Gen.Choose(1, 3)
        from stride in Gen.Choose(1, 3)
        from padding in Gen.Choose(0, 2)
        from dilation in Gen.Choose(1, 2)
        from spare in Gen.Choose(0, 4)
        from bias in Gen.Elements(true, false)
        select new Sizes(groups * channels.Item1, groups * channels.Item2, kernel, stride, padding, dilation, groups, bias,
            dilation * (kernel - 1) + 1 + spare);

    [Fact]
    public void AlongOneDimensionItIsASumOverTheKernel() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var module = new Conv1d(sizes.Inputs, sizes.Outputs, sizes.Kernel, sizes.Stride, sizes.Padding, sizes.Dilation, sizes.Groups,
            sizes.Bias);
        var input = Tensors.Normal(sizes.Length, 2, sizes.Inputs, sizes.Length);
        var output = module.Call(input);
        Assert.Equal([2L, sizes.Outputs, sizes.OutputLength], output.Shape);
        var (x, weight) = (input.Numbers(), module.Weight.Numbers());
        var expected =
            from sample in Enumerable.Range(0, 2)
            from o in Enumerable.Range(0, sizes.Outputs)
            from place in Enumerable.Range(0, sizes.OutputLength)
            select Bias(module.Bias, o) + sizes.Taps(o).Sum(tap =>
                weight[(o * sizes.InputsOfGroup + tap.Channel) * sizes.Kernel + tap.Position]
                * At(x, (sample * sizes.Inputs + tap.Input) * sizes.Length, sizes.Source(place, tap.Position), sizes.Length));
        Tensors.AssertClose([.. expected], output);
    }, runs: 60);

    [Fact]
    public void OverImagesItIsASumOverTheSquareOfTheKernel() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var module = new Conv2d(sizes.Inputs, sizes.Outputs, sizes.Kernel, sizes.Stride, sizes.Padding, sizes.Dilation, sizes.Groups,
            sizes.Bias);
        var (height, width) = (sizes.Length, sizes.Length + 1);
        var input = Tensors.Normal(sizes.Length, 1, sizes.Inputs, height, width);
        var output = module.Call(input);
        Assert.Equal([1L, sizes.Outputs, sizes.OutputLength, sizes.OutputLengthOf(width)], output.Shape);
        var (x, weight) = (input.Numbers(), module.Weight.Numbers());
        var expected =
            from o in Enumerable.Range(0, sizes.Outputs)
            from row in Enumerable.Range(0, sizes.OutputLength)
            from column in Enumerable.Range(0, sizes.OutputLengthOf(width))
            select Bias(module.Bias, o) + sizes.Taps(o).Sum(tap => Enumerable.Range(0, sizes.Kernel).Sum(across =>
                weight[((o * sizes.InputsOfGroup + tap.Channel) * sizes.Kernel + tap.Position) * sizes.Kernel + across]
                * (sizes.Source(row, tap.Position) is var y && y >= 0 && y < height
                    ? At(x, (tap.Input * height + y) * width, sizes.Source(column, across), width)
                    : 0)));
        Tensors.AssertClose([.. expected], output);
    }, runs: 40);

    private static double Bias(Tensor? bias, int output) => bias?.Numbers()[output] ?? 0;

    private static double At(double[] values, int start, int place, int length) => place >= 0 && place < length ? values[start + place] : 0;

    private sealed record Sizes(int Inputs, int Outputs, int Kernel, int Stride, int Padding, int Dilation, int Groups, bool Bias, int Length)
    {
        public int InputsOfGroup => Inputs / Groups;

        public int OutputLength => OutputLengthOf(Length);

        public int OutputLengthOf(int length) => (length + 2 * Padding - Dilation * (Kernel - 1) - 1) / Stride + 1;

        public int Source(int place, int position) => place * Stride - Padding + position * Dilation;

        /// <summary>What one output channel sees: the channels of its group, at every position of the kernel.</summary>
        public IEnumerable<(int Channel, int Input, int Position)> Taps(int output) =>
            from channel in Enumerable.Range(0, InputsOfGroup)
            from position in Enumerable.Range(0, Kernel)
            select (channel, output / (Outputs / Groups) * InputsOfGroup + channel, position);
    }
}
