namespace Anyformer.Modules;

/// <summary>A part of a model that has another form for inference; see <see cref="Module.Freeze"/>.</summary>
internal interface IFreezable
{
    /// <summary>Takes that form where it is better; nothing happens when it has it already.</summary>
    void Freeze(FrozenPrecision precision);
}
