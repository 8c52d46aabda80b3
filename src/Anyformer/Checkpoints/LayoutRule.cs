using Anyformer.Torch;

namespace Anyformer.Checkpoints;

/// <summary>One rule of a <see cref="StateDictLayout"/>: some own tensors are some official ones.</summary>
internal sealed class LayoutRule(string[] own, string[] official, Func<Tensor[], Tensor[]> toOfficial, Func<Tensor[], Tensor[]> toOwn)
{
    private readonly NamePattern[] _own = [.. own.Select(pattern => new NamePattern(pattern))];
    private readonly NamePattern[] _official = [.. official.Select(pattern => new NamePattern(pattern))];

    internal bool MatchesOwn(string name) => _own.Any(pattern => pattern.Match(name) is not null);

    internal bool MatchesOfficial(string name) => _official.Any(pattern => pattern.Match(name) is not null);

    /// <summary>Adds the official tensors once all own parts are there.</summary>
    internal void AddOfficial(string name, IReadOnlyDictionary<string, Tensor> given, IDictionary<string, Tensor> result) =>
        Add(name, given, result, _own, _official, toOfficial);

    /// <summary>Adds the own tensors once all official parts are there.</summary>
    internal void AddOwn(string name, IReadOnlyDictionary<string, Tensor> given, IDictionary<string, Tensor> result) =>
        Add(name, given, result, _official, _own, toOwn);

    /// <summary>A part alone stays under the name it has, to be reported.</summary>
    private static void Add(string name, IReadOnlyDictionary<string, Tensor> given, IDictionary<string, Tensor> result,
        NamePattern[] from, NamePattern[] to, Func<Tensor[], Tensor[]> convert)
    {
        var parts = from.Select(pattern => pattern.Match(name)).First(match => match is not null)!;
        var names = from.Select(pattern => pattern.Fill(parts)).ToArray();
        if (!names.All(given.ContainsKey))
        {
            result[name] = given[name];
            return;
        }

        var target = to.Select(pattern => pattern.Fill(parts)).ToArray();
        if (target.All(result.ContainsKey))
            return;
        foreach (var (tensor, full) in convert([.. names.Select(part => given[part])]).Zip(target))
            result[full] = tensor;
    }
}
