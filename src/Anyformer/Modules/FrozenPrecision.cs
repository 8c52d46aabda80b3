namespace Anyformer.Modules;

/// <summary>
/// What the products of linear maps are computed in once a model is frozen; everything else stays as it is. A few rows, as texts that are written have them, are
/// multiplied in single precision whatever is asked: that is faster.
/// </summary>
public enum FrozenPrecision
{
    /// <summary>Single precision: results are the same to rounding.</summary>
    Float32,

    /// <summary>Weights and inputs rounded to bfloat16, which keeps 8 bits of a number; sums in single precision.</summary>
    BFloat16,

    /// <summary>
    /// Weights as integers of 8 bits with a scale for every output, inputs as such with a scale for every call ("dynamic quantisation": Jacob et al. 2018, arXiv
    /// 1712.05877; Wu et al. 2020, arXiv 2004.09602, section 3); sums are exact.
    /// </summary>
    Int8,
}
