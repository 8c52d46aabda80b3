namespace Anyformer.Modules;

/// <summary>
/// A sublayer that names the weights its values pass through, as against those that only choose: value and output projections of attention, both maps of
/// a feed-forward part. Wirings for deep stacks make their fresh values smaller (Wang et al. 2022, DeepNet, arXiv 2203.00555, section 4.2).
/// </summary>
public interface IValuePath
{
    /// <summary>Those weights.</summary>
    IEnumerable<Parameter> ValuePath { get; }
}
