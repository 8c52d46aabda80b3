namespace Anyformer.Modules;

/// <summary>A map whose weights multiply its input.</summary>
internal interface ILinearMap
{
    /// <summary>What multiplies.</summary>
    Parameter Weight { get; }

    /// <summary>What is added; null for nothing.</summary>
    Parameter? Bias { get; }
}
