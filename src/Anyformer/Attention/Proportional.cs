namespace Anyformer.Attention;

/// <summary>Finds the attention functions that can count keys.</summary>
internal static class Proportional
{
    /// <summary>The function as one that counts keys.</summary>
    /// <exception cref="UserException">It cannot.</exception>
    internal static IProportionalAttention Of(AttentionFunction function) => function as IProportionalAttention
        ?? throw new UserException($"{function.GetType().Name} cannot count a key as often as the tokens it stands for; reduce tokens with proportional: false.");
}
