namespace Anyformer.Torch.Tests;

public sealed class TensorScopeTests
{
    [Fact]
    public void ASharedTensorIsTheSameTensor()
    {
        using var outer = new TensorScope();
        var leaf = Functional.Ones([2]);
        leaf.RequiresGrad = true;
        Tensor shared;
        using (var inner = new TensorScope())
            shared = inner.Keep((leaf * 3).Share());
        Autograd.Backward([shared, shared], [Functional.Ones([2]), Functional.Ones([2])]);
        Assert.Equal([6f, 6f], leaf.Grad!.ToArray<float>());
        var other = leaf.Share();
        leaf.Dispose();
        Assert.Equal([1f, 1f], other.Detach().ToArray<float>());
    }

    [Fact]
    public void AScopeFreesWhatWasMadeInIt()
    {
        var before = Functional.Zeros([1]);
        Tensor inside;
        using (new TensorScope())
            inside = before + 1;

        Assert.True(IsFreed(inside));
        Assert.False(IsFreed(before));
    }

    [Fact]
    public void AKeptTensorPassesToTheScopeOutside()
    {
        Tensor kept;
        using (new TensorScope())
        {
            using (var inner = new TensorScope())
                kept = inner.Keep(Functional.Zeros([1]));
            Assert.False(IsFreed(kept));
        }

        Assert.True(IsFreed(kept));
    }

    [Fact]
    public void WithoutAScopeOutsideAKeptTensorStays()
    {
        Tensor kept;
        using (var scope = new TensorScope())
            kept = scope.Keep(Functional.Zeros([1]));

        Assert.False(IsFreed(kept));
    }

    [Fact]
    public void PairsTriplesAndListsAreKept()
    {
        (Tensor, Tensor) pair;
        (Tensor, Tensor, Tensor) triple;
        Tensor[] list;
        using (var scope = new TensorScope())
        {
            pair = scope.Keep((New(), New()));
            triple = scope.Keep((New(), New(), New()));
            list = scope.Keep([New(), New()]);
        }

        Assert.All([pair.Item1, pair.Item2, triple.Item1, triple.Item2, triple.Item3, .. list], tensor => Assert.False(IsFreed(tensor)));
    }

    [Fact]
    public void WhatAnOuterScopeKeepsPassesTheScopesInside()
    {
        Tensor kept;
        using (var outer = new TensorScope())
        {
            using (new TensorScope())
            using (new TensorScope())
                kept = outer.Keep(New());
            Assert.False(IsFreed(kept));
        }

        Assert.False(IsFreed(kept));
    }

    [Fact]
    public void TheOutermostKeepCountsInAnyOrder()
    {
        Tensor first, second;
        using (new TensorScope())
        {
            using (var outer = new TensorScope())
            using (var inner = new TensorScope())
            {
                first = outer.Keep(inner.Keep(New()));
                second = inner.Keep(outer.Keep(New()));
            }

            Assert.False(IsFreed(first));
            Assert.False(IsFreed(second));
        }

        Assert.True(IsFreed(first));
        Assert.True(IsFreed(second));
    }

    [Fact]
    public void AModuleMayReturnItsInput()
    {
        Tensor input;
        using (new TensorScope())
        {
            input = New();
            using (var module = new TensorScope())
                Assert.Same(input, module.Keep(input));
            Assert.False(IsFreed(input));
            using (new TensorScope())
                _ = New();
            Assert.False(IsFreed(input));
        }

        Assert.True(IsFreed(input));
    }

    [Fact]
    public void AnInputReturnedThroughSeveralModulesStaysWithItsScope()
    {
        Tensor input;
        using (var outer = new TensorScope())
        {
            input = New();
            using (var middle = new TensorScope())
            using (var inner = new TensorScope())
                middle.Keep(inner.Keep(input));
            Assert.False(IsFreed(outer.Keep(input)));
        }

        Assert.False(IsFreed(input));
    }

    [Fact]
    public void AKeptTensorIsFreedByTheNextScopeThatDoesNotKeepIt()
    {
        Tensor passed;
        using (new TensorScope())
        {
            using (new TensorScope())
            {
                using (var inner = new TensorScope())
                    passed = inner.Keep(New());
                Assert.False(IsFreed(passed));
            }

            Assert.True(IsFreed(passed));
        }
    }

    [Fact]
    public void OutlivingTensorsBelongToNoScope()
    {
        Tensor weight;
        using (new TensorScope())
        using (var inner = new TensorScope())
            weight = inner.Keep(New().OutliveScopes());

        Assert.False(IsFreed(weight));
        weight.Dispose();
        Assert.True(IsFreed(weight));
    }

    [Fact]
    public void DisposingEarlyIsFine()
    {
        using (var scope = new TensorScope())
        {
            var kept = scope.Keep(New());
            kept.Dispose();
            New().Dispose();
        }
    }

    [Fact]
    public void AnErrorEndsTheScopesItPasses()
    {
        Tensor? inside = null;
        using var outer = new TensorScope();
        var before = New();
        try
        {
            using var inner = new TensorScope();
            inside = New();
            before.Reshape([17]);
        }
        catch (TorchException)
        {
        }

        Assert.True(IsFreed(inside!));
        Assert.False(IsFreed(before));
    }

    [Fact]
    public void EveryThreadHasItsOwnScopes()
    {
        using var scope = new TensorScope();
        var mine = New();
        Tensor? theirs = null;
        var thread = new Thread(() =>
        {
            var unscoped = New();
            using (new TensorScope())
                _ = mine + New();
            theirs = unscoped;
        });
        thread.Start();
        thread.Join();

        Assert.False(IsFreed(mine));
        Assert.False(IsFreed(theirs!));
    }

    private static Tensor New() => Functional.Zeros([1]);

    private static bool IsFreed(Tensor tensor)
    {
        try
        {
            _ = tensor.Dimensions;
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }
}
