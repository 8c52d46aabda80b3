namespace Anyformer.Modules;

/// <summary>
/// Tells the weights of a model's head, which belong to one task, from those that can be carried over to another: a member named <c>Head</c> is on
/// their path.
/// </summary>
public static class TaskHead
{
    /// <summary>True for the name of a weight that lies in a head.</summary>
    public static bool Owns(string name) => name.Split('.').Contains("head");
}
