namespace Anyformer.Modules;

/// <summary>Puts the parts of a model into their form for inference.</summary>
internal static class Freezing
{
    /// <summary>Freezes every part that knows how, unless another part holds one of its parameters too.</summary>
    internal static void Apply(Module model, FrozenPrecision precision)
    {
        var holders = model.Modules().SelectMany(item => Parameters(item.Module)).CountBy(parameter => parameter).ToDictionary();
        foreach (var (_, module) in model.Modules())
            if (module is IFreezable part && Parameters(module).All(parameter => holders[parameter] == 1))
                part.Freeze(precision);
    }

    private static IEnumerable<Parameter> Parameters(Module module) =>
        ModuleMembers.Of(module.GetType()).Parameters.Select(member => member.Value<Parameter>(module)).OfType<Parameter>();
}
