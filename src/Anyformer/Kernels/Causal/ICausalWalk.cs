namespace Anyformer.Kernels.Causal;

/// <summary>A walk over tokens, whatever the width of its registers.</summary>
internal interface ICausalWalk
{
    /// <summary>Walks through the tokens of every sample and head.</summary>
    void Run();
}
