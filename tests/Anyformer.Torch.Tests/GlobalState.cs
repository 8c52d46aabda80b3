namespace Anyformer.Torch.Tests;

/// <summary>Tests that change seeds or the number of threads, or watch the memory of the process, run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class GlobalState
{
    public const string Name = "global state";
}
