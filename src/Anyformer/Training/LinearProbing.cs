using Anyformer.Modules;

namespace Anyformer.Training;

/// <summary>
/// Lets only the head of a model learn during the first epochs: what it makes of a fresh head's gradients would spoil weights that were learnt
/// before. Frozen weights have no gradient, so an optimiser neither moves nor remembers them; running statistics go on.
/// </summary>
internal sealed class LinearProbing
{
    private readonly Parameter[] _frozen;
    private readonly int _epochs;

    /// <summary>Probing of a model for some epochs.</summary>
    /// <exception cref="UserException">The model has no head.</exception>
    internal LinearProbing(Module model, int epochs)
    {
        _epochs = epochs;
        _frozen = [.. model.NamedParameters().Where(item => !TaskHead.Owns(item.Name)).Select(item => item.Parameter)];
        if (_frozen.Length == model.Parameters().Count())
            throw new UserException($"{model.GetType().Name} has no head that could learn alone; leave freeze-epochs out.");
    }

    /// <summary>Freezes or thaws what is not the head, as is right for an epoch counted from 0.</summary>
    internal void BeginEpoch(int epoch) => Require(gradient: epoch >= _epochs);

    /// <summary>Leaves all weights free to learn.</summary>
    internal void Unfreeze() => Require(gradient: true);

    private void Require(bool gradient)
    {
        foreach (var parameter in _frozen)
            parameter.RequiresGrad = gradient;
    }
}
