using Anyformer.Torch;

namespace Anyformer.Checkpoints;

/// <summary>One rule of a <see cref="StateDictLayout"/>: one own tensor is one or several official ones.</summary>
internal sealed class LayoutRule(string own, string[] official, Func<Tensor, Tensor[]> toOfficial, Func<Tensor[], Tensor> toOwn)
{
    private readonly NamePattern _own = new(own);
    private readonly NamePattern[] _official = [.. official.Select(pattern => new NamePattern(pattern))];

    internal bool MatchesOwn(string name) => _own.Match(name) is not null;

    internal bool MatchesOfficial(string name) => _official.Any(pattern => pattern.Match(name) is not null);

    internal void AddOfficial(string name, Tensor tensor, IDictionary<string, Tensor> result)
    {
        var parts = _own.Match(name)!;
        var tensors = toOfficial(tensor);
        for (var i = 0; i < _official.Length; i++)
            result[_official[i].Fill(parts)] = tensors[i];
    }

    /// <summary>Adds the own tensor once all its official parts are there; a part alone stays under its official name, to be reported.</summary>
    internal void AddOwn(string name, IReadOnlyDictionary<string, Tensor> given, IDictionary<string, Tensor> result)
    {
        var parts = _official.Select(pattern => pattern.Match(name)).First(match => match is not null)!;
        var names = _official.Select(pattern => pattern.Fill(parts)).ToArray();
        if (names.All(given.ContainsKey))
            result[_own.Fill(parts)] = toOwn([.. names.Select(part => given[part])]);
        else
            result[name] = given[name];
    }
}
