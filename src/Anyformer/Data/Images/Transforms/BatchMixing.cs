using Anyformer.Torch;

namespace Anyformer.Data.Images.Transforms;

/// <summary>
/// Mixes every image of a batch with the one at the mirrored place, and their classes with them: all over (Mixup, Zhang et al., ICLR 2018) or in a
/// rectangle (CutMix, Yun et al., ICCV 2019), one or the other by the toss of a coin where both are asked for. One share is drawn for a batch, as in timm.
/// </summary>
/// <param name="mixup">The parameter of the Beta distribution of Mixup's shares; 0 for none.</param>
/// <param name="cutMix">The parameter of the Beta distribution of CutMix's shares; 0 for none.</param>
/// <param name="labelSmoothing">Probability that is spread over all classes.</param>
/// <param name="classes">Number of classes.</param>
internal sealed class BatchMixing(double mixup, double cutMix, double labelSmoothing, int classes)
{
    /// <summary>Mixes.</summary>
    /// <param name="images">float32, (batch, channels, height, width); changed.</param>
    /// <param name="labels">int64, (batch).</param>
    /// <param name="random">The draws of the batch.</param>
    /// <returns>What the model shall answer: the labels where nothing is mixed or smoothed, otherwise probabilities, (batch, classes).</returns>
    internal Tensor Apply(Tensor images, Tensor labels, ImageRandom random)
    {
        if (mixup == 0 && cutMix == 0)
            return labelSmoothing == 0 ? labels : Smoothed(labels);
        var cuts = cutMix > 0 && (mixup == 0 || random.Chance(0.5));
        var share = cuts ? Cut(images, random) : Mix(images, random);
        var targets = Smoothed(labels);
        return targets.Flip([0]).LerpInPlace(targets, share);
    }

    /// <summary>Probabilities: what smoothing takes from the class is spread over all of them.</summary>
    private Tensor Smoothed(Tensor labels) =>
        labels.OneHot(classes).To(DType.Float32).MulInPlace(1 - labelSmoothing).AddInPlace(labelSmoothing / classes);

    /// <summary>The share that the images keep of themselves.</summary>
    private double Mix(Tensor images, ImageRandom random)
    {
        var share = random.Beta(mixup);
        images.LerpInPlace(images.Flip([0]), 1 - share);
        return share;
    }

    private double Cut(Tensor images, ImageRandom random)
    {
        var (height, width) = ((int)images.Shape[2], (int)images.Shape[3]);
        var side = Math.Sqrt(1 - random.Beta(cutMix));
        var (top, bottom) = Interval(height, side, random);
        var (left, right) = Interval(width, side, random);
        Tensor Part(Tensor whole) => whole.Narrow(2, top, bottom - top).Narrow(3, left, right - left);
        Part(images).CopyInPlace(Part(images).Flip([0]));
        return 1 - (bottom - top) * (right - left) / (double)(height * width);
    }

    /// <summary>Half of a share of the side on both sides of a random place, as far as there is room.</summary>
    private static (int From, int To) Interval(int length, double share, ImageRandom random)
    {
        var (half, middle) = ((int)(length * share) / 2, random.Integer(length));
        return (Math.Max(0, middle - half), Math.Min(length, middle + half));
    }
}
