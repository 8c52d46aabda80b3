using Anyformer.Recipes;

namespace Anyformer.TokenReduction;

/// <summary>A model whose layers can lose tokens.</summary>
public interface ITokenReducing
{
    /// <summary>
    /// Reduces tokens in every layer from now on, or with null no more. Reducers without weights of their own, as token merging, need no training:
    /// the state dict stays the same.
    /// </summary>
    /// <param name="reducer">The reducer of every layer.</param>
    /// <exception cref="UserException">The model's attention has nothing that the reducer needs.</exception>
    void ReduceTokens(Part<TokenReducer>? reducer);
}
