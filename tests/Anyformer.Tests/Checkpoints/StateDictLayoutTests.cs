using Anyformer.Checkpoints;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Checkpoints;

public sealed class StateDictLayoutTests
{
    private static readonly StateDictLayout s_layout = new StateDictLayout()
        .Rename("blocks.{i}.norm.{p}", "layers.{i}.ln_{p}")
        .Unsqueeze("blocks.{i}.pointwise.weight", "layers.{i}.conv.weight", -1, -1)
        .Transpose("head.weight", "lm_head.kernel")
        .Split("blocks.{i}.fused.{p}", 0, "layers.{i}.q.{p}", "layers.{i}.k.{p}", "layers.{i}.v.{p}")
        .Merge("layers.{i}.to_kv.{p}", 0, "blocks.{i}.key.{p}", "blocks.{i}.value.{p}")
        .Unstack("experts.{p}", "expert.{n}.{p}", 2)
        .Convert("scale", "half_scale", tensor => tensor / 2, tensor => tensor * 2);

    private static readonly Gen<Dictionary<string, long[]>> s_shapes =
        from sizes in Gen.Choose(1, 4).Two()
        from blocks in Gen.Choose(0, 12)
        select Shapes(sizes.Item1, sizes.Item2, blocks);

    [Fact]
    public void ThereAndBackIsTheSame() => Property.Holds(s_shapes, shapes =>
    {
        using var scope = new TensorScope();
        var own = shapes.ToDictionary(item => item.Key, item => Tensors.Normal(item.Key.Length, item.Value));
        var back = s_layout.ToOwn(s_layout.ToOfficial(own));
        Assert.Equal(own.Keys.Order(), back.Keys.Order());
        foreach (var (name, tensor) in own)
            Tensors.AssertSame(tensor, back[name]);
    }, runs: 25);

    [Fact]
    public void EveryRuleGivesItsOfficialForm()
    {
        var official = s_layout.ToOfficial(Shapes(2, 3, 11).ToDictionary(
            item => item.Key, item => Functional.Arange(Count(item.Value)).Reshape(item.Value)));
        Assert.Equal([2L], official["layers.10.ln_weight"].Shape);
        Assert.Equal([2L, 3, 1, 1], official["layers.10.conv.weight"].Shape);
        Assert.Equal([3L, 2], official["lm_head.kernel"].Shape);
        Assert.Equal([0.0, 3, 1, 4, 2, 5], official["lm_head.kernel"].Numbers());
        Assert.Equal([6.0, 7, 8, 9, 10, 11], official["layers.10.k.weight"].Numbers());
        Assert.Equal([2.0, 3], official["layers.10.k.bias"].Numbers());
        Assert.Equal([0.0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5], official["layers.10.to_kv.weight"].Numbers());
        Assert.Equal([2.0, 3], official["expert.1.bias"].Numbers());
        Assert.Equal([0.0, 0.5], official["half_scale"].Numbers());
        Assert.Equal([0.0, 1], official["unknown.to.all"].Numbers());
    }

    [Fact]
    public void WhatTheAuthorsShareStandsUnderEveryName()
    {
        using var scope = new TensorScope();
        var layout = new StateDictLayout().Repeat("key.{p}", "local_key.{p}", "global_key.{p}");
        var own = new Dictionary<string, Tensor> { ["key.weight"] = Functional.Ones([2, 3]), ["key.bias"] = Functional.Zeros([2]) };
        var official = layout.ToOfficial(own);
        Assert.Equal(["local_key.weight", "global_key.weight", "local_key.bias", "global_key.bias"], official.Keys);
        Tensors.AssertSame(own["key.weight"], official["global_key.weight"]);
        Assert.Equal(own.Keys, layout.ToOwn(official).Keys);
        Assert.Equal(["global_key.bias"], layout.ToOwn(new Dictionary<string, Tensor> { ["global_key.bias"] = own["key.bias"] }).Keys);
    }

    [Fact]
    public void WhatTheAuthorsNeverUseIsNeitherReadNorWritten()
    {
        using var scope = new TensorScope();
        var layout = new StateDictLayout().Rename("{part}.weight", "layers.{part}.weight").Unused("layers.old.weight");
        var official = new Dictionary<string, Tensor> { ["layers.new.weight"] = Tensor.From(1f), ["layers.old.weight"] = Tensor.From(2f) };
        var own = layout.ToOwn(official);
        Assert.Equal(["new.weight"], own.Keys);
        Assert.Equal(["layers.new.weight"], layout.ToOfficial(own).Keys);
    }

    [Fact]
    public void APartAloneKeepsItsOfficialNameSoThatLoadingReportsIt()
    {
        var own = s_layout.ToOwn(new Dictionary<string, Tensor>
        {
            ["layers.0.q.weight"] = Functional.Ones([2, 3]),
            ["layers.0.v.weight"] = Functional.Ones([2, 3]),
            ["expert.1.bias"] = Functional.Ones([2]),
            ["layers.0.ln_bias"] = Functional.Ones([2]),
        });
        Assert.Equal(["layers.0.q.weight", "layers.0.v.weight", "expert.1.bias", "blocks.0.norm.bias"], own.Keys);
    }

    [Fact]
    public void APartOfAFusedTensorAloneKeepsItsOwnName()
    {
        var alone = new Dictionary<string, Tensor> { ["blocks.0.key.weight"] = Functional.Ones([2, 3]) };
        Assert.Equal(alone.Keys, s_layout.ToOfficial(alone).Keys);
    }

    [Fact]
    public void GradientsTranslateLikeWeights()
    {
        var fused = Tensors.Normal(1, 6, 3);
        fused.RequiresGrad = true;
        var parts = s_layout.ToOfficial(new Dictionary<string, Tensor> { ["blocks.0.fused.weight"] = fused });
        (parts["layers.0.q.weight"].Sum() + parts["layers.0.v.weight"].Square().Sum()).Backward();
        var gradients = s_layout.ToOfficial(new Dictionary<string, Tensor> { ["blocks.0.fused.weight"] = fused.Grad! });
        Assert.All(gradients["layers.0.q.weight"].Numbers(), value => Assert.Equal(1, value));
        Assert.All(gradients["layers.0.k.weight"].Numbers(), value => Assert.Equal(0, value));
        Tensors.AssertSame(parts["layers.0.v.weight"] * 2, gradients["layers.0.v.weight"]);
    }

    [Fact]
    public void TheFirstRuleThatKnowsANameCounts()
    {
        var layout = new StateDictLayout().Rename("a.special", "x.y").Rename("a.{p}", "b.{p}");
        Assert.Equal(["x.y", "b.other"], layout.ToOfficial(new Dictionary<string, Tensor>
        {
            ["a.special"] = Functional.Ones([1]),
            ["a.other"] = Functional.Ones([1]),
        }).Keys);
    }

    [Theory]
    [InlineData("a.{i}.w", "a.0.w", "0")]
    [InlineData("a.{i}.w", "a.10.w", "10")]
    [InlineData("a.{i}.w", "a.0.1.w", null)]
    [InlineData("a.{i}.w", "a..w", null)]
    [InlineData("a.{i}.w", "ba.0.w", null)]
    [InlineData("a.{i}.w", "a.0.ww", null)]
    [InlineData("a.{i}.w", "aX0.w", null)]
    [InlineData("a+.{i}_(x)", "a+.q_(x)", "q")]
    public void APlaceholderIsOnePartOfAName(string pattern, string name, string? part)
    {
        var match = new NamePattern(pattern).Match(name);
        Assert.Equal(part, match?["i"]);
        if (match is not null)
            Assert.Equal(name, new NamePattern(pattern).Fill(match));
    }

    private static Dictionary<string, long[]> Shapes(long outputs, long inputs, int blocks)
    {
        var shapes = new Dictionary<string, long[]>
        {
            ["head.weight"] = [outputs, inputs],
            ["experts.weight"] = [2, outputs, inputs],
            ["experts.bias"] = [2, outputs],
            ["scale"] = [outputs],
            ["unknown.to.all"] = [outputs],
        };
        for (var i = 0; i < blocks; i++)
        {
            shapes[$"blocks.{i}.norm.weight"] = [outputs];
            shapes[$"blocks.{i}.pointwise.weight"] = [outputs, inputs];
            shapes[$"blocks.{i}.fused.weight"] = [3 * outputs, inputs];
            shapes[$"blocks.{i}.fused.bias"] = [3 * outputs];
            shapes[$"blocks.{i}.key.weight"] = [outputs, inputs];
            shapes[$"blocks.{i}.value.weight"] = [outputs, inputs];
        }

        return shapes;
    }

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, size) => product * size);
}
