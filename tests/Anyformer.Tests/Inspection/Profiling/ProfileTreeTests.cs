using Anyformer.Inspection.Profiling;
using Anyformer.Modules;
using Anyformer.Torch.Recording;
using Anyformer.Training;

namespace Anyformer.Tests.Inspection.Profiling;

public sealed class ProfileTreeTests
{
    private readonly Sequential _model = new(new Linear(2, 3), new Linear(3, 2));

    [Fact]
    public void TimeIsNestedAndWhatIsCalledIsTakenOff()
    {
        var root = Tree(
            [Span(StepPhase.Forward, 0, 60), Span(_model, 5, 55), Span(Layer(1), 10, 40)],
            [Operator("aten::linear", 12, 38, allocated: 100, touched: 30), Operator("aten::addmm", 20, 30, allocated: 80, touched: 30, operations: 7)]);
        var forward = Assert.Single(root.Children);
        var model = Assert.Single(forward.Children);
        var layer = Assert.Single(model.Children);
        var linear = Assert.Single(layer.Children);
        var product = Assert.Single(linear.Children);
        Assert.Equal(["step", "forward", "Sequential", "1", "aten::linear", "aten::addmm"],
            new[] { root, forward, model, layer, linear, product }.Select(frame => frame.Name));
        Assert.Equal([40L, 10, 20, 4, 16, 10], new[] { root, forward, model, layer, linear, product }.Select(frame => frame.Own.Nanoseconds));
        Assert.Equal([20L, 80], new[] { linear, product }.Select(frame => frame.Own.Allocated));
        // The outer operator hands its tensors on.
        Assert.Equal([0L, 30], new[] { linear, product }.Select(frame => frame.Own.Touched));
        Assert.Equal(new FrameCost(100, 100, 0, 30, 7), root.Total());
        Assert.Equal(1e-7, root.Seconds, 12);
    }

    [Fact]
    public void NodesBelongToTheModuleWhoseOperationTheyDifferentiate()
    {
        var root = Tree(
            [Span(StepPhase.Forward, 0, 30), Span(_model, 1, 29, 10, 14), Span(Layer(0), 2, 10, 10, 12), Span(Layer(1), 11, 20, 12, 14), Span(StepPhase.Backward, 40, 90)],
            [Node("B", 45, 55, 13), Operator("aten::mm", 46, 50), Node("A", 60, 80, 11), Node("Accumulate", 82, 85, -1)]);
        var backward = root.Children.Single(frame => frame.Name == "backward");
        Assert.Equal(["Sequential", "Accumulate"], backward.Children.Select(frame => frame.Name));
        var layers = backward.Children.First().Children.ToArray();
        Assert.Equal(["1", "0"], layers.Select(frame => frame.Name));
        Assert.Equal([10e-9, 20e-9], layers.Select(frame => frame.Seconds), Within);
        Assert.Equal("aten::mm", layers[0].Children.Single().Children.Single().Name);
        Assert.Equal(90 - 40 - 10 - 20 - 3, backward.Own.Nanoseconds);
    }

    [Fact]
    public void CallsOfOneNameAreOneFrameAndWhatLiesBetweenStepsIsLeftOut()
    {
        var root = ProfileTree.Of(_model, [(0, 10), (20, 30)], [],
            [Operator("aten::add", 1, 3), Operator("aten::add", 4, 5), Operator("aten::add", 12, 19), Operator("aten::add", 21, 25)]);
        var add = Assert.Single(root.Children);
        Assert.Equal((3, 7L), (add.Calls, add.Own.Nanoseconds));
        Assert.Equal((2, 13L), (root.Calls, root.Own.Nanoseconds));
    }

    [Fact]
    public void AProfileTellsTimesOfOneStep()
    {
        var root = ProfileTree.Of(_model, [(0, 1000), (2000, 3000)],
            [Span(StepPhase.Forward, 0, 600, 0, 1), Span(_model, 0, 600, 0, 1), Span(StepPhase.Backward, 600, 1000)],
            [Operator("aten::mm", 0, 400, touched: 20, operations: 3000), Node("Mm", 700, 900, 0)]);
        var profile = new StepProfile(2, 900e-9, 64, new MachinePeak(1, 1e10, 1e9, 256), _model, root);
        Assert.Equal(1e-6, profile.Seconds, 12);
        Assert.Equal([("forward", 0.3), ("backward", 0.2)], profile.Phases.Select(phase => (phase.Name, Math.Round(phase.Share, 9))));
        var product = profile.Operators.Single(cost => cost.Name == "aten::mm");
        Assert.Equal((0.5, 10.0, 1500.0), (product.Calls, product.Touched, product.Operations));
        Assert.Equal(200e-9, product.Seconds, 12);
        Assert.Equal(0.2, product.Share, 9);
        // 3000 operations at 10 a nanosecond take 300 ns of 400.
        Assert.Equal(0.75, product.ShareOfPeak!.Value, 9);
        var model = Assert.Single(profile.Modules);
        Assert.Equal(("", "Sequential", 300e-9, 100e-9), (model.Path, model.Type, Math.Round(model.ForwardSeconds, 12), Math.Round(model.BackwardSeconds, 12)));
        Assert.Equal(1500 / 900e-9 / 1e10, profile.ShareOfPeak, 9);
        Assert.Equal(profile.Seconds, profile.Operators.Sum(cost => cost.Seconds), 12);
    }

    private static bool Within(double expected, double actual) => Math.Abs(expected - actual) < 1e-15;

    private Module Layer(int index) => _model.Children().ElementAt(index).Module;

    private ProfileFrame Tree(CallSpan[] spans, OperatorEvent[] events) => ProfileTree.Of(_model, [(0, 100)], spans, events);

    private static CallSpan Span(object owner, long begin, long end, long first = 0, long endSequence = 0) =>
        new(owner, begin, first) { End = end, EndSequence = endSequence };

    private static OperatorEvent Operator(string name, long begin, long end, long allocated = 0, long touched = 0, long operations = 0) =>
        new(name, begin, end, -1, allocated, 0, touched, operations, 1, false);

    private static OperatorEvent Node(string name, long begin, long end, long sequence) => new(name, begin, end, sequence, 0, 0, 0, 0, 1, true);
}
