namespace Anyformer.Modules;

/// <summary>Marks a tensor member of a module that is state but not trained: moved and saved with the module.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class BufferAttribute : Attribute
{
    /// <summary>False for a buffer that is computed anew at construction and left out of the state dict.</summary>
    public bool Persistent { get; init; } = true;
}

/// <summary>Gives a member of a module another name in the state dict than its own in snake case.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class StateNameAttribute(string name) : Attribute
{
    /// <summary>The name in the state dict.</summary>
    public string Name => name;
}
