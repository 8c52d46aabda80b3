using Anyformer.Torch.Recording;

namespace Anyformer.Torch.Tests.Recording;

public sealed class ScopeObserverTests
{
    [Fact]
    public void ItIsToldOfScopesThatHaveAnOwner()
    {
        var told = new List<string>();
        TensorScope.Observer = new Listener(told);
        try
        {
            using var outer = new TensorScope("outer");
            using (new TensorScope())
            using (new TensorScope("inner"))
                told.Add("work");
            outer.Dispose();
        }
        finally
        {
            TensorScope.Observer = null;
        }

        using (new TensorScope("nobody listens"))
            told.Add("end");
        Assert.Equal(["enter outer", "enter inner", "work", "leave", "leave", "end"], told);
    }

    [Fact]
    public void AFunctionIsTheOwnerOfBothItsPasses()
    {
        var told = new List<string>();
        TensorScope.Observer = new Listener(told);
        try
        {
            var x = Functional.Ones([2]);
            x.RequiresGrad = true;
            new Doubling().Apply(x)[0].Sum().Backward();
        }
        finally
        {
            TensorScope.Observer = null;
        }

        Assert.Equal(["enter Doubling", "leave", "enter Doubling", "leave"], told);
    }

    private sealed class Doubling : DifferentiableFunction
    {
        public override string ToString() => nameof(Doubling);

        protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs) => [inputs[0] * 2];

        protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients) => [gradients[0]! * 2];
    }

    private sealed class Listener(List<string> told) : IScopeObserver
    {
        public void Enter(object owner) => told.Add($"enter {owner}");

        public void Leave() => told.Add("leave");
    }
}
