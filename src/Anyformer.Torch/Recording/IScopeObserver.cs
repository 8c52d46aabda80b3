namespace Anyformer.Torch.Recording;

/// <summary>Is told of the scopes on its thread that were opened for somebody, so that it knows on whose behalf operators run.</summary>
public interface IScopeObserver
{
    /// <summary>A scope was opened for an owner: a module that is called, a function, a part of a job.</summary>
    void Enter(object owner);

    /// <summary>The scope opened last is being left; its tensors are not freed yet.</summary>
    void Leave();
}
