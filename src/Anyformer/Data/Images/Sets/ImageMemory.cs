using System.Collections.Immutable;
using Anyformer.Torch;

namespace Anyformer.Data.Images.Sets;

/// <summary>
/// Keeps decoded images, so that small sets are decoded once and not every epoch. The first that are read fill it; later ones are decoded anew
/// whenever they are asked for.
/// </summary>
/// <param name="bytes">How much is kept, over all sets.</param>
public sealed class ImageMemory(long bytes)
{
    private long _used;

    /// <summary>Bytes of images that are kept.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <summary>The same images, of which some are kept; those that are in memory anyway are given back as they are.</summary>
    public ImageSet Keep(ImageSet images) => bytes == 0 || images.IsInMemory ? images : new Kept(images, this);

    private bool Take(long count)
    {
        if (Interlocked.Add(ref _used, count) <= bytes)
            return true;
        Interlocked.Add(ref _used, -count);
        return false;
    }

    private sealed class Kept(ImageSet images, ImageMemory memory) : ImageSet
    {
        private readonly Pixels?[] _pixels = new Pixels?[images.Count];

        public override int Count => images.Count;

        public override int Channels => images.Channels;

        public override ImmutableArray<string> Classes => images.Classes;

        internal override bool IsInMemory => true;

        public override int Label(int index) => images.Label(index);

        public override string Name(int index) => images.Name(index);

        public override Tensor Read(int index)
        {
            if (Volatile.Read(ref _pixels[index]) is { } kept)
                return Tensor.From<byte>(kept.Values, kept.Shape);
            var image = images.Read(index);
            Remember(index, image);
            return image;
        }

        /// <summary>Two threads may decode an image at the same time; one of them keeps it.</summary>
        private void Remember(int index, Tensor image)
        {
            var size = image.ElementCount;
            if (!memory.Take(size))
                return;
            var pixels = new Pixels(image.ToArray<byte>(), image.Shape);
            if (Interlocked.CompareExchange(ref _pixels[index], pixels, null) is not null)
                memory.Take(-size);
        }
    }

    private sealed record Pixels(byte[] Values, long[] Shape);
}
