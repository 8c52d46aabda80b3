using System.Numerics;

namespace Anyformer.Kernels.Merging;

/// <summary>Where the partners that <see cref="BestPartners"/> finds are written: a row for every asking token, one sample after the other.</summary>
/// <typeparam name="T">Element.</typeparam>
/// <param name="scores">The largest scores.</param>
/// <param name="partners">Whose they are.</param>
internal readonly unsafe struct FoundPartners<T>(T* scores, long* partners) where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The largest scores.</summary>
    internal T* Scores => scores;

    /// <summary>Whose they are.</summary>
    internal long* Partners => partners;
}
