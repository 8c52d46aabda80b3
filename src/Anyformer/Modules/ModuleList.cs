using System.Collections;

namespace Anyformer.Modules;

/// <summary>Modules in a row, named by their numbers.</summary>
public sealed class ModuleList<T>(IEnumerable<T> modules) : Module, IReadOnlyList<T> where T : Module
{
    private readonly T[] _modules = [.. modules];

    /// <inheritdoc/>
    public int Count => _modules.Length;

    /// <inheritdoc/>
    public T this[int index] => _modules[index];

    /// <summary>A list of <paramref name="count"/> modules, made one after the other.</summary>
    public static ModuleList<T> Of(int count, Func<int, T> make) => new(Enumerable.Range(0, count).Select(make));

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Module Module)> Children() => _modules.Select((module, i) => ($"{i}", (Module)module));

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_modules).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
