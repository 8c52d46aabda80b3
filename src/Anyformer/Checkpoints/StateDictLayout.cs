using Anyformer.Torch;

namespace Anyformer.Checkpoints;

/// <summary>
/// Translates between the names and shapes of a model's own state dict and those of the authors' checkpoints. A layout is a list of rules, each a
/// pair of name patterns in which <c>{i}</c> stands for one part of a dotted name; a name that no rule knows stays as it is. All translations
/// are linear, so gradients can be translated just as weights can.
/// </summary>
/// <example><code>
/// new StateDictLayout()
///     .Rename("blocks.{i}.mixer.output_projection.{p}", "encoder.layers.{i}.out_proj.{p}")
///     .Split("blocks.{i}.mixer.{p}", dimension: 0, "layers.{i}.q.{p}", "layers.{i}.k.{p}", "layers.{i}.v.{p}");
/// </code></example>
public sealed class StateDictLayout
{
    private readonly List<LayoutRule> _rules = [];
    private readonly List<NamePattern> _unused = [];

    /// <summary>The same tensor under another name.</summary>
    public StateDictLayout Rename(string own, string official) => Convert(own, official, static tensor => tensor, static tensor => tensor);

    /// <summary>A tensor that the official checkpoint keeps with a further dimension of size 1, as 1x1 convolutions do.</summary>
    public StateDictLayout Unsqueeze(string own, string official, params int[] dimensions) => Convert(
        own, official,
        tensor => dimensions.Aggregate(tensor, static (t, dimension) => t.Unsqueeze(dimension)),
        tensor => dimensions.Reverse().Aggregate(tensor, static (t, dimension) => t.Squeeze(dimension)));

    /// <summary>A matrix that the official checkpoint keeps transposed.</summary>
    public StateDictLayout Transpose(string own, string official) =>
        Convert(own, official, static tensor => tensor.Transpose(0, 1), static tensor => tensor.Transpose(0, 1));

    /// <summary>Any other linear change of form, in both directions.</summary>
    public StateDictLayout Convert(string own, string official, Func<Tensor, Tensor> toOfficial, Func<Tensor, Tensor> toOwn)
    {
        _rules.Add(new LayoutRule([own], [official], parts => [toOfficial(parts[0])], parts => [toOwn(parts[0])]));
        return this;
    }

    /// <summary>One own tensor that the official checkpoint keeps in equal parts along a dimension, under several names.</summary>
    public StateDictLayout Split(string own, int dimension, params string[] official)
    {
        _rules.Add(new LayoutRule([own], official, parts => parts[0].Chunk(official.Length, dimension), parts => [Functional.Cat(parts, dimension)]));
        return this;
    }

    /// <summary>Several own tensors that the official checkpoint keeps as one, in equal parts along a dimension: fused projections.</summary>
    public StateDictLayout Merge(string official, int dimension, params string[] own)
    {
        _rules.Add(new LayoutRule(own, [official], parts => [Functional.Cat(parts, dimension)], parts => parts[0].Chunk(own.Length, dimension)));
        return this;
    }

    /// <summary>Several own matrices that the official checkpoint keeps as one, transposed: fused projections of maps from inputs to outputs.</summary>
    public StateDictLayout MergeTransposed(string official, params string[] own)
    {
        _rules.Add(new LayoutRule(own, [official],
            parts => [Functional.Cat(parts, 0).Transpose(0, 1)], parts => parts[0].Transpose(0, 1).Chunk(own.Length, 0)));
        return this;
    }

    /// <summary>One own tensor whose first dimension the official checkpoint spreads over numbered names; the number is <c>{n}</c>.</summary>
    public StateDictLayout Unstack(string own, string official, int count)
    {
        var names = Enumerable.Range(0, count).Select(n => official.Replace("{n}", $"{n}", StringComparison.Ordinal)).ToArray();
        _rules.Add(new LayoutRule([own], names, parts => parts[0].Unbind(0), parts => [Functional.Stack(parts, 0)]));
        return this;
    }

    /// <summary>One own tensor that the official checkpoint holds under several names, since modules there share it; so does its gradient.</summary>
    public StateDictLayout Repeat(string own, params string[] official)
    {
        _rules.Add(new LayoutRule([own], official, parts => [.. official.Select(_ => parts[0])], parts => [parts[0]]));
        return this;
    }

    /// <summary>A tensor that official checkpoints hold although the authors' model does nothing with it: neither read nor written.</summary>
    public StateDictLayout Unused(string official)
    {
        _unused.Add(new NamePattern(official));
        return this;
    }

    /// <summary>The tensors of a state dict (or gradients) under the authors' names.</summary>
    public IReadOnlyDictionary<string, Tensor> ToOfficial(IReadOnlyDictionary<string, Tensor> own)
    {
        var official = new OrderedDictionary<string, Tensor>();
        foreach (var (name, tensor) in own)
        {
            var rule = _rules.FirstOrDefault(candidate => candidate.MatchesOwn(name));
            if (rule is null)
                official[name] = tensor;
            else
                rule.AddOfficial(name, own, official);
        }

        return official;
    }

    /// <summary>The tensors of the authors' checkpoint under the model's own names.</summary>
    public IReadOnlyDictionary<string, Tensor> ToOwn(IReadOnlyDictionary<string, Tensor> official)
    {
        var own = new OrderedDictionary<string, Tensor>();
        foreach (var (name, tensor) in official)
        {
            if (_unused.Any(pattern => pattern.Match(name) is not null))
                continue;
            if (_rules.FirstOrDefault(candidate => candidate.MatchesOfficial(name)) is { } rule)
                rule.AddOwn(name, official, own);
            else
                own[name] = tensor;
        }

        return own;
    }
}
