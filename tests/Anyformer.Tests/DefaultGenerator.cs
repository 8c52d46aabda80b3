namespace Anyformer.Tests;

/// <summary>
/// Tests that count on libtorch's default generator, or measure the memory of the process: whatever runs beside them would draw numbers and
/// allocate in between.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class DefaultGenerator
{
    public const string Name = "default generator";
}
